"""Contents with one fault each, the field that has to be named, and the code of the rule."""

from typing import Any

from tests import stories

LONE_SURROGATE = "\ud800"
NOT_A_NUMBER = float("nan")

CHALLENGE = stories.CHALLENGE_CONTENT
PROFILE = stories.PROFILE_CONTENT
ORGANISATION = {"name": "Haus", "kind": "welfare"}

# (changed fields, field that is named, code of the rule)
CHALLENGE_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"titel": "Sturz"}, "titel", "extra_forbidden"),
    ({"title": None}, "title", "string_type"),
    ({"title": 7}, "title", "string_type"),
    ({"title": ""}, "title", "string_too_short"),
    ({"title": " \n\t "}, "title", "empty_text"),
    ({"title": "\u200b\u00ad"}, "title", "empty_text"),
    ({"title": "x" * 201}, "title", "string_too_long"),
    ({"problem": "ä" * 6001}, "problem", "string_too_long"),
    ({"problem": "!?? … 🙂"}, "problem", "only_symbols"),
    ({"problem": "Sturz\u0000"}, "problem", "forbidden_character"),
    ({"problem": "Sturz\u0007"}, "problem", "forbidden_character"),
    ({"wish": "\u202eSturz"}, "wish", "forbidden_character"),
    ({"wish": "Sturz\u2066"}, "wish", "forbidden_character"),
    ({"wish": LONE_SURROGATE}, "wish", "string_unicode"),
    ({"setting": "\u0000"}, "setting", "forbidden_character"),
    ({"region": "atlantis"}, "region", "enum"),
    ({"region": None}, "region", "enum"),
    ({"fields_of_action": []}, "fields_of_action", "too_short"),
    ({"fields_of_action": ["cooking"]}, "fields_of_action.0", "enum"),
    ({"fields_of_action": "health"}, "fields_of_action", "list_type"),
    ({"fields_of_action": ["health"] * 21}, "fields_of_action", "too_long"),
    ({"must_haves": [{"kind": "magic"}]}, "must_haves.0", "union_tag_invalid"),
    ({"must_haves": [{}]}, "must_haves.0", "union_tag_not_found"),
    ({"must_haves": [{"kind": "hosting", "value": "moon"}]}, "must_haves.0.hosting.value", "literal_error"),
    ({"must_haves": [{"kind": "on_site", "value": 1}]}, "must_haves.0.on_site.value", "extra_forbidden"),
    ({"must_haves": [{"kind": "other", "text": "\u202e"}]}, "must_haves.0.other.text", "forbidden_character"),
    ({"own_funds": -1}, "own_funds", "greater_than_equal"),
    ({"own_funds": 10**40}, "own_funds", "less_than_equal"),
    ({"own_funds": True}, "own_funds", "number_type"),
    ({"own_funds": "12"}, "own_funds", "number_type"),
    ({"own_funds": 1.5}, "own_funds", "int_from_float"),
    ({"staff_hours_per_week": NOT_A_NUMBER}, "staff_hours_per_week", "less_than_equal"),
    ({"minimum_maturity": 10}, "minimum_maturity", "less_than_equal"),
    ({"expires_on": "morgen"}, "expires_on", "date_from_datetime_parsing"),
    ({"expires_on": "2026-11-22"}, "expires_on", "in_the_past"),
    ({"expires_on": "2200-01-01"}, "expires_on", "less_than_equal"),
    ({"language": "fr"}, "language", "enum"),
    (
        {
            "problem": "x" * 6000,
            "wish": "x" * 4000,
            "tried_before": "x" * 3000,
            "success": "x" * 2000,
            "must_haves": [{"kind": "other", "text": "x" * 300}] * 20,
        },
        "",
        "texts_too_long",
    ),
]
PROFILE_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"nmae": "Leisewacht"}, "nmae", "extra_forbidden"),
    ({"name": "x" * 121}, "name", "string_too_long"),
    ({"offer": "—"}, "offer", "only_symbols"),
    ({"offer": "\u2067Sensor"}, "offer", "forbidden_character"),
    ({"capabilities": LONE_SURROGATE}, "capabilities", "string_unicode"),
    ({"regions": []}, "regions", "too_short"),
    ({"regions": ["mars"]}, "regions.0", "enum"),
    ({"maturity": 0}, "maturity", "greater_than_equal"),
    ({"non_profit": "vielleicht"}, "non_profit", "bool_type"),
    ({"offline_capable": 1}, "offline_capable", "bool_type"),
    ({"languages": ["deutsch"]}, "languages.0", "string_pattern_mismatch"),
    ({"certifications": ["\u0000"]}, "certifications.0", "forbidden_character"),
    ({"free_pilot_slots": 1001}, "free_pilot_slots", "less_than_equal"),
    (
        {
            "problem_solved": "x" * 6000,
            "capabilities": "x" * 4000,
            "settings_proven": "x" * 1000,
            "welfare_references": "x" * 2000,
            "evidence_of_effect": "x" * 2000,
            "exclusions": "x" * 1000,
            "certifications": ["x" * 100] * 20,
            "interfaces": ["x" * 100] * 20,
            "offer": "x" * 400,
        },
        "",
        "texts_too_long",
    ),
]
ORGANISATION_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"nam": "Haus"}, "nam", "extra_forbidden"),
    ({"name": ""}, "name", "string_too_short"),
    ({"name": "***"}, "name", "only_symbols"),
    ({"name": "x" * 201}, "name", "string_too_long"),
    ({"name": "Haus\u0000"}, "name", "forbidden_character"),
    ({"name": LONE_SURROGATE}, "name", "string_unicode"),
    ({"kind": "bakery"}, "kind", "enum"),
    ({"network": "elsewhere"}, "network", "unknown_network"),
    ({"network": "drk\u0000"}, "network", "forbidden_character"),
    ({"region": "atlantis"}, "region", "enum"),
    ({"legal_form": "\u202egGmbH"}, "legal_form", "forbidden_character"),
    ({"data_protection_regime": "none"}, "data_protection_regime", "enum"),
]
