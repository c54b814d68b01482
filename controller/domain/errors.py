"""What can be refused, as codes. `web/texts` turns each code into a sentence that says what to do."""

from enum import StrEnum


class Code(StrEnum):
    """Stable names of refusals; part of the HTTP API (docs/errors.md lists every one)."""

    ALREADY_DECIDED = "already_decided"
    AREA_CHANGE_CLASH = "area_change_clash"
    AREA_CHANGE_NEEDED = "area_change_needed"
    AREA_CHANGE_PAST = "area_change_past"
    AREA_CYCLE = "area_cycle"
    AREA_KIND_FIXED = "area_kind_fixed"
    AREA_KIND_MISPLACED = "area_kind_misplaced"
    AREA_NOT_EMPTY = "area_not_empty"
    AREA_NOT_IN_FORCE = "area_not_in_force"
    AREA_PARENT_GONE = "area_parent_gone"
    AREA_TOO_DEEP = "area_too_deep"
    AREAS_APART = "areas_apart"
    AREAS_NOT_ALIKE = "areas_not_alike"
    CALENDAR_UNKNOWN = "calendar_unknown"
    CAMPAIGN_NOT_EMERGENCY = "campaign_not_emergency"
    CAUSE_EMPTY = "cause_empty"
    CLAIM_CODE_REFUSED = "claim_code_refused"
    CONTROL_CHARACTERS = "control_characters"
    DAY_IN_THE_PAST = "day_in_the_past"
    DAY_MINUTES = "day_minutes"
    DAY_NOT_ALLOWED = "day_not_allowed"
    DELEGATE_REFUSED = "delegate_refused"
    DELEGATION_DATES = "delegation_dates"
    DISK_FULL = "disk_full"
    EDITED_MEANWHILE = "edited_meanwhile"
    EMERGENCY_DAY_MINUTES = "emergency_day_minutes"
    EMERGENCY_UNNAMED = "emergency_unnamed"
    END_BEFORE_START = "end_before_start"
    EXPIRES_FIRST = "expires_first"
    EXPIRY_PASSED = "expiry_passed"
    FILE_TOO_LARGE = "file_too_large"
    FORGED_FORM = "forged_form"
    GUARDRAIL_CHANGED = "guardrail_changed"
    GUARDRAIL_LOOSENS = "guardrail_loosens"
    GUARDRAIL_WRONG = "guardrail_wrong"
    INBOX_ANSWER_UNFIT = "inbox_answer_unfit"
    INBOX_DECIDED = "inbox_decided"
    INPUT_INVALID = "input_invalid"
    INVITATION_REFUSED = "invitation_refused"
    KEY_REFUSED = "key_refused"
    MISSING_PROGRAM = "missing_program"
    MOVE_IMPOSSIBLE = "move_impossible"
    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NOT_A_TIME = "not_a_time"
    NOT_APPROVED = "not_approved"
    NOT_EDITABLE = "not_editable"
    NOT_HELD = "not_held"
    NOT_FOUND = "not_found"
    NOT_PERMITTED = "not_permitted"
    NOT_SIGNED_IN = "not_signed_in"
    NOT_SOUND = "not_sound"
    NOT_SUBMITTED = "not_submitted"
    NOTHING_TO_STOP = "nothing_to_stop"
    NO_DEVICES = "no_devices"
    ONE_START_WANTED = "one_start_wanted"
    OUTSIDE_SLOTS = "outside_slots"
    OUT_OF_RANGE = "out_of_range"
    OVERLAPS_ITSELF = "overlaps_itself"
    OWN_NOTICE = "own_notice"
    PASSWORD_TOO_SHORT = "password_too_short"  # noqa: S105 - a code, not a password
    PRIORITY_OUT_OF_RANGE = "priority_out_of_range"
    QUIET_HOURS = "quiet_hours"
    REASON_EMPTY = "reason_empty"
    RULE_EMPTY = "rule_empty"
    RULE_MALFORMED = "rule_malformed"
    RULE_NEVER_FIRES = "rule_never_fires"
    SECOND_SAME_PERSON = "second_same_person"
    SESSIONS_PER_DAY = "sessions_per_day"
    SESSION_MINUTES = "session_minutes"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_THROTTLED = "sign_in_throttled"
    SOUND_NOT_READY = "sound_not_ready"
    SOUND_TOO_LONG = "sound_too_long"
    SPLIT_LEAVES_OVER = "split_leaves_over"
    SPLIT_PART_WRONG = "split_part_wrong"
    STORAGE_BUSY = "storage_busy"
    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    TIME_IN_THE_PAST = "time_in_the_past"
    TIME_OVERLAPS = "time_overlaps"
    TIME_REPEATED = "time_repeated"
    TIME_TOO_FAR = "time_too_far"
    TIME_ZONE_MISSING = "time_zone_missing"
    TOO_MANY_EXCEPTIONS = "too_many_exceptions"
    UNEXPECTED = "unexpected"
    USERNAME_INVALID = "username_invalid"
    USERNAME_TAKEN = "username_taken"
    VOICES_FAILED = "voices_failed"
    WINDOW_TOO_LONG = "window_too_long"


class DomainError(Exception):
    """A request that is refused. `params` fill the sentence of `code`; `field` names the input at fault."""

    def __init__(self, code: Code, *, field: str = "", **params: str | int) -> None:
        super().__init__(f"{code} {params}" if params else str(code))
        self.code = code
        self.field = field
        self.params = params


class InvalidError(DomainError):
    """The input is wrong; sending it again unchanged is pointless."""


class NotFoundError(DomainError):
    """There is no such thing, or the asker may not know of it."""

    def __init__(self) -> None:
        super().__init__(Code.NOT_FOUND)


class ConflictError(DomainError):
    """The thing is not in a state in which this can be done."""


class NotPermittedError(DomainError):
    """The asker may see this but not do that."""


class NotSignedInError(DomainError):
    """No session, or one that has ended."""


class ThrottledError(DomainError):
    """Too many tries. `retry_after_s` says when the next one counts."""

    def __init__(self, code: Code, *, retry_after_s: int) -> None:
        super().__init__(code, minutes=max(1, round(retry_after_s / 60)))
        self.retry_after_s = retry_after_s


class UnavailableError(DomainError):
    """A part that is needed is busy, full or missing; the same request may work later."""
