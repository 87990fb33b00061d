// Walk on by itself, until the end or until it is stopped.

const PLAY_MS = 700;
// Shapes of the button.
const PLAY = "M4 3l8 5-8 5z";
const PAUSE = "M4 3h3v10H4zM9 3h3v10H9z";

/** Goes on by a step at a time; `next` returns whether there was one. */
export class Player {
  constructor(button, next) {
    this.button = button;
    this.next = next;
    this.timer = null;
  }

  start() {
    this.timer = setInterval(() => {
      if (!this.next()) this.stop();
    }, PLAY_MS);
    this.show();
  }

  stop() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.show();
  }

  show() {
    const isPlaying = this.timer !== null;
    this.button.querySelector("path").setAttribute("d", isPlaying ? PAUSE : PLAY);
    this.button.setAttribute("aria-label", isPlaying ? "stop" : "play");
  }
}
