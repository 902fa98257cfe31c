// Predict, then reveal: the reader commits to a guess, then sees the exact answer and the distance.

import { bisectCenter } from "d3-array";
import { button } from "./buttons.js";
import { make } from "./dom.js";
import { say } from "./format.js";
import { slider } from "./slider.js";

/**
 * `question` is shown first, `guessLabel` labels the control, which has a `step` or `steps` as a slider
 * has, and may end with Infinity, for never; `exact` formats the answer, `apart` the distance. `revealed()` says whether the answer may be shown, `guess()` what was guessed; Reset takes both back.
 *
 * draw(answer, range, { question, remark, seen }): a question that follows the state, what there is to
 * say after the answer, and whether the figure shows the answer already: then nothing is asked any more.
 * Nor is anything asked if the answer is null, which the control cannot express: the remark says why.
 */
export function predict(stage, { question = "", guessLabel, initial, step, steps, format, exact = spoken, apart = exact }) {
  let guess = initial;
  let revealed = false;
  let told = null; // the answer
  let limits = [-Infinity, Infinity];
  const snapped = (value) => (steps ? steps[bisectCenter(steps, value)] : Math.round(value / step) * step);
  const set = (value) => {
    guess = Math.min(limits[1], Math.max(limits[0], value));
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
    set: (value) => set(snapped(value)),
    hide,
    /** What a picture needs of the guess, which stands `at` [x, y] in it; the truth is at `truth`, which is false until it may be shown. */
    picture: (at, truth) => ({ at, said: format(guess), truth: truth === false ? null : { at: truth, said: exact(told) } }),
    draw(answer, range, { question: now = question, remark = "", seen = false } = {}) {
      asked.text(now);
      told = answer;
      if (range) limits = range;
      guess = Math.min(limits[1], Math.max(limits[0], guess));
      control.draw(guess, range);
      control.disable(answer === null);
      toggle.text(answer === null ? "No answer here" : seen ? "All seen" : revealed ? "Guess again" : "Reveal");
      toggle.property("disabled", seen || answer === null);
      const all = answer === null ? "" : `${distanceTo(answer, guess, exact, apart)} `;
      verdict.html(answer === null || revealed || seen ? all : "Slide to your guess, then reveal.");
      if (answer === null || revealed || seen) verdict.append("span").text(remark);
      room.html(all.replaceAll(/ data-[a-z]+="[^"]*"/g, "")).append("span").text(remark);
    },
  };
}

const spoken = (value) => (value === Infinity ? "never" : say(value));

/** The answer and how far the guess is from it, in HTML; nothing is at a distance from never. */
function distanceTo(answer, guess, format, apart) {
  const exact = `Exact: <b data-key="answer" data-value="${answer}">${format(answer)}</b>`;
  if (answer === Infinity || guess === Infinity) return `${exact}${answer === guess ? ", as you guessed" : ""}.`;
  const distance = Math.abs(guess - answer);
  return `${exact}, off by <b data-key="distance" data-value="${distance}">${apart(distance)}</b>.`;
}
