// Predict, then reveal: the reader commits to a guess, then sees the exact answer and the distance.

import { button } from "./buttons.js";
import { make } from "./dom.js";
import { say } from "./format.js";
import { slider } from "./slider.js";

/**
 * `question` is shown first, `guessLabel` labels the control, which has a `step` or `steps` as a slider
 * has; `exact` formats the answer. `revealed()` says whether the answer may be shown, `guess()` what was guessed; Reset takes both back.
 *
 * draw(answer, range, { question, remark, seen }): a question that follows the state, what there is to
 * say after the answer, and whether the figure shows the answer already: then nothing is asked any more.
 * Nor is anything asked if the answer is null, which the control cannot express: the remark says why.
 */
export function predict(stage, { question = "", guessLabel, initial, step, steps, format, exact = say }) {
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
  const verdict = make("p", { "aria-live": "polite" });
  const room = make("p", { class: "toy-predict-room", "aria-hidden": "true" }); // what it will need, unseen, so that nothing jumps
  const asked = make("p", { class: "toy-asked", text: question });
  const box = make("div", { class: "toy-predict" }, [
    asked,
    control,
    toggle,
    make("div", { class: "toy-predict-verdict" }, [verdict, room]),
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
      const all = answer === null ? "" : `${distanceTo(answer, guess, exact)} `;
      verdict.html(answer === null || revealed || seen ? all : "Slide to your guess, then reveal.");
      if (answer === null || revealed || seen) verdict.append("span").text(remark);
      room.html(all.replaceAll(/ data-[a-z]+="[^"]*"/g, "")).append("span").text(remark);
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
