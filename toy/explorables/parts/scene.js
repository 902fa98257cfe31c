// A scene: its question first, a guess made by dragging in the one picture, then the truth beside it and why.

import { bisectCenter } from "d3-array";
import { button, toolbar } from "./buttons.js";
import { make } from "./dom.js";
import { say } from "./format.js";
import { guessChart } from "./guess_chart.js";
import { createStage } from "./stage.js";

const LONG = "0.000"; // a distance that is not shorter than others

/**
 * The `render` of a scene. `presets`: { name: changes of traits }, of which the active one is marked;
 * `controls(stage)`: [{ node, draw(state) }], at most two that set traits; `guesses(stage)`: the values that can
 * be guessed, in order; `picture(stage)`: the options of the guess chart, or of what else `draws` it.
 *
 * `show(state, stage)` gives { question, truth: null where it cannot be guessed, why, start: of the guess,
 * seen: whether the picture shows the truth already, summary: for a screen reader, picture: what the picture
 * draws, but its guess and truth }. The answer is hidden again as soon as another question is asked.
 */
export const scene = ({ label, presets, controls, guesses, picture, show, draws = guessChart }) => ({ model, el }) => {
  const stage = createStage({ model, el, label });
  stage.root.classed("toy-scene", true);
  const values = guesses(stage);
  let asked, guess, revealed;

  const question = make("p", { class: "toy-question" });
  const settings = toolbar(stage, { settings: presets });
  const moved = (index) => {
    guess = Math.min(values.length - 1, Math.max(0, index));
    stage.redraw();
  };
  const chart = draws(stage, { label, values, onGuess: moved, ...picture(stage) });
  const parts = controls(stage);
  const toggle = button("Reveal", () => {
    revealed = !revealed;
    stage.redraw();
  }).classed("toy-primary", true);
  const verdict = make("p", { class: "toy-why", "aria-live": "polite" });
  const room = make("p", { class: "toy-why-room", "aria-hidden": "true" }); // what it will need, unseen, so that nothing jumps
  stage.onReset(() => (asked = undefined));

  function draw(state) {
    const now = show(state, stage);
    const { truth, seen } = now;
    const key = JSON.stringify([now.question, truth]);
    if (key !== asked) {
      guess = bisectCenter(values, now.start);
      revealed = false;
    }
    asked = key;
    const open = revealed || seen || truth === null;
    question.text(now.question);
    for (const part of parts) part.draw(state);
    chart.draw({ ...now.picture, open, guess, truth: open ? truth : null, asks: truth !== null });
    toggle.text(truth === null ? "No answer here" : seen ? "All seen" : revealed ? "Guess again" : "Reveal");
    toggle.property("disabled", seen || truth === null);
    verdict.html(open ? answer(values[guess], truth) : "Drag the marker to your guess, then reveal.");
    if (open) verdict.append("span").text(now.why);
    room.html(truth === null ? "" : `Exact: <b>${say(truth)}</b>, off by <b>${LONG}</b>. `).append("span").text(now.why);
    stage.announce(`${now.summary}, my guess ${say(values[guess])}`);
  }

  const foot = make("div", { class: "toy-scene-foot" }, [toggle, make("div", { class: "toy-verdict" }, [verdict, room])]);
  const row = make("div", { class: "toy-scene-controls" }, parts);
  return stage.start([{ node: () => question.node() }, settings, chart, row, foot], draw);
};

/** What there is to say of a guess, in HTML: every digit of the answer and of the distance is in the data. */
function answer(guess, truth) {
  if (truth === null) return "";
  const distance = Math.abs(guess - truth);
  return (
    `Exact: <b data-key="answer" data-value="${truth}">${say(truth)}</b>, ` +
    `off by <b data-key="distance" data-value="${distance}">${say(distance)}</b>. `
  );
}
