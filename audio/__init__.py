"""Sound: what is said, who says it, how loud it is, and in which format it leaves the house."""

from __future__ import annotations

from audio.errors import AudioError, NoVoiceError, VoiceFailure
from audio.levels import Loudness
from audio.pace import Pace, estimate_ms
from audio.ports import Mixer, Probe, SoundTool, Voice
from audio.script import Script, Span, read
from audio.studio import Recording, Studio
from audio.voices import Spoken, VoiceLadder

__all__ = [
    "AudioError",
    "Loudness",
    "Mixer",
    "NoVoiceError",
    "Pace",
    "Probe",
    "Recording",
    "Script",
    "SoundTool",
    "Span",
    "Spoken",
    "Studio",
    "Voice",
    "VoiceFailure",
    "VoiceLadder",
    "estimate_ms",
    "read",
]
