// Predict, then reveal: the reader commits to a guess, then sees the exact answer and the distance.

import { button } from "./buttons.js";
import { make } from "./dom.js";
import { formatNumber } from "./format.js";
import { slider } from "./slider.js";

/**
 * `question` is shown first, `guessLabel` labels the control, which has a `step` or `steps` as a slider
 * has. `revealed()` says whether the answer may be shown, `guess()` what was guessed; Reset takes both back.
 *
 * draw(answer, range, { question, remark }): a question that follows the state, and what there is to
 * say after the answer.
 */
export function predict(stage, { question = "", guessLabel, initial, step, steps, format }) {
  let guess = initial;
  let revealed = false;
  const set = (value) => {
    guess = value;
    stage.redraw();
  };
  const hide = () => {
    guess = initial;
    revealed = false;
  };
  stage.onReset(hide);
  const control = slider(stage, {
    label: guessLabel,
    key: "guess",
    step,
    steps,
    format,
    onInput: set,
  });
  const toggle = button("Reveal", () => {
    revealed = !revealed;
    stage.redraw();
  }).classed("toy-primary", true);
  const verdict = make("p", { class: "toy-verdict", "aria-live": "polite" });
  const asked = make("p", { text: question });
  const box = make("div", { class: "toy-predict" }, [
    asked,
    control,
    verdict,
    toggle,
  ]);

  return {
    node: () => box.node(),
    guess: () => guess,
    revealed: () => revealed,
    /** The reader moved the guess elsewhere, say in a chart. */
    set,
    hide,
    draw(answer, range, { question: now = question, remark = "" } = {}) {
      asked.text(now);
      if (range) guess = Math.min(range[1], Math.max(range[0], guess));
      control.draw(guess, range);
      toggle.text(revealed ? "Guess again" : "Reveal");
      const distance = Math.abs(guess - answer);
      verdict.html(
        revealed
          ? `Exact: <b data-key="answer" data-value="${answer}">${formatNumber(answer)}</b>, ` +
              `off by <b data-key="distance" data-value="${distance}">${formatNumber(distance)}</b>. ${remark}`
          : "",
      );
    },
  };
}
