/** The short sound of a new conversation, made on the spot: no file, no request. Off unless the operator wants it. */

const PREFERENCE = "havre.console.sound";
const NOTES_HZ = [587.33, 880];
const NOTE_S = 0.16;
const LOUDNESS = 0.12;

let context: AudioContext | undefined;

/** Whether this browser's operator wants the sound: the console's only stored thing, and it says nothing of a chat. */
export function soundWanted(): boolean {
  return preferences()?.getItem(PREFERENCE) === "on";
}

/** Remember the choice; called from a click, so the browser allows sound from now on. */
export function wantSound(wanted: boolean): void {
  preferences()?.setItem(PREFERENCE, wanted ? "on" : "off");
  if (wanted) ring();
}

/** Two soft notes. Silent when the browser has not yet seen a click. */
export function ring(): void {
  const audio = (context ??= new AudioContext());
  void audio.resume();
  NOTES_HZ.forEach((frequency, place) => note(audio, frequency, place * NOTE_S));
}

function note(audio: AudioContext, frequency: number, after: number): void {
  const start = audio.currentTime + after;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S * 2);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + NOTE_S * 2);
}

function preferences(): Storage | undefined {
  try {
    // eslint-disable-next-line no-restricted-globals -- one on/off preference of the operator's, never a chat's
    return localStorage;
  } catch {
    return undefined; // storage switched off in this browser: the choice then lasts as long as the page
  }
}
