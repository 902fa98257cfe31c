// Predict, then reveal: the reader commits to a guess, then sees the exact answer and the distance.

import { button } from "./buttons.js";
import { make } from "./dom.js";
import { formatNumber } from "./format.js";
import { slider } from "./slider.js";

/**
 * `question` is shown first, `guessLabel` labels the control, which has a `step` or `steps` as a slider
 * has; `exact` formats the answer. `revealed()` says whether the answer may be shown, `guess()` what was guessed; Reset takes both back.
 *
 * draw(answer, range, { question, remark, seen }): a question that follows the state, what there is to
 * say after the answer, and whether the figure shows the answer already: then nothing is asked any more.
 * Nor is anything asked if the answer is null, which the control cannot express: the remark says why.
 */
export function predict(stage, { question = "", guessLabel, initial, step, steps, format, exact = formatNumber }) {
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
  stage.onSettle(hide);
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
  const asked = make("p", { class: "toy-asked", text: question });
  const box = make("div", { class: "toy-predict" }, [
    asked,
    control,
    toggle,
    verdict,
  ]);

  return {
    node: () => box.node(),
    guess: () => guess,
    revealed: () => revealed,
    /** The reader moved the guess elsewhere, say in a chart. */
    set,
    hide,
    draw(answer, range, { question: now = question, remark = "", seen = false } = {}) {
      asked.text(now);
      if (range) guess = Math.min(range[1], Math.max(range[0], guess));
      control.draw(guess, range);
      control.disable(answer === null);
      toggle.text(answer === null ? "No answer here" : seen ? "All seen" : revealed ? "Guess again" : "Reveal");
      toggle.property("disabled", seen || answer === null);
      if (answer === null) verdict.text(remark);
      else verdict.html(revealed || seen ? `${distanceTo(answer, guess, exact)} ${remark}` : "Slide to your guess, then reveal.");
    },
  };
}

/** The answer and how far the guess is from it, in HTML. */
function distanceTo(answer, guess, format) {
  const distance = Math.abs(guess - answer);
  return (
    `Exact: <b data-key="answer" data-value="${answer}">${format(answer)}</b>, ` +
    `off by <b data-key="distance" data-value="${distance}">${format(distance)}</b>.`
  );
}
