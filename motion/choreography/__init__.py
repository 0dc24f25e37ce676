"""A procedural choreographer: dances on the beat in any emotion. No model, file, sound or clock.

Builds on the ground alone.

A dance is a row of phrases of eight beats, drawn by seed and emotion from figures of feet, arms and
trunk (`footwork`, `arm_figures`, `torso_figures`). Figures are places on beats, laid end to end
(`passage`) and joined by minimum-jerk submovements (`track`), read as the emotion's effort demands
(`effort`) and made into poses (`dance`). Feet are placed first and legs solved to reach them, so
that a standing foot stays where it is.
"""

from motion.choreography.dance import choreography, danced
from motion.choreography.effort import EMOTIONS, tempo_range
from motion.choreography.score import PHRASE, Cue, Score

__all__ = ["EMOTIONS", "PHRASE", "Cue", "Score", "choreography", "danced", "tempo_range"]
