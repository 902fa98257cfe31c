// Predict, then reveal: the reader commits to a guess, then sees the exact answer and the distance.

import { button } from "./buttons.js";
import { make } from "./dom.js";
import { formatNumber } from "./format.js";
import { slider } from "./slider.js";

/**
 * `question` is shown first, `guess` labels the control; `onChange()` is called when guess or state of
 * revelation changes. `revealed()` says whether the answer may be shown, `guess()` what was guessed.
 */
export function predict({ question, guessLabel, initial, step, format, onChange }) {
  let guess = initial;
  let revealed = false;
  const control = slider({
    label: guessLabel,
    key: "guess",
    step,
    format,
    onInput(value) {
      guess = value;
      onChange();
    },
  });
  const toggle = button("Reveal", () => {
    revealed = !revealed;
    onChange();
  }).classed("toy-primary", true);
  const verdict = make("p", { class: "toy-verdict", "aria-live": "polite" });
  const box = make("div", { class: "toy-predict" }, [
    make("p", { text: question }),
    control,
    verdict,
    toggle,
  ]);

  return {
    node: () => box.node(),
    guess: () => guess,
    revealed: () => revealed,
    /** The reader moved the guess elsewhere, say in a chart. */
    set(value) {
      guess = value;
      onChange();
    },
    hide() {
      guess = initial;
      revealed = false;
    },
    draw(answer, range) {
      guess = Math.min(range[1], Math.max(range[0], guess));
      control.draw(guess, range);
      toggle.text(revealed ? "Guess again" : "Reveal");
      const distance = Math.abs(guess - answer);
      verdict.html(
        revealed
          ? `Exact: <b data-key="answer" data-value="${answer}">${formatNumber(answer)}</b>, ` +
              `off by <b data-key="distance" data-value="${distance}">${formatNumber(distance)}</b>.`
          : "",
      );
    },
  };
}
