// Play, pause, step: time as a control, in whole steps. Who prefers less motion gets bigger steps, fewer.

import { button } from "./buttons.js";
import { make } from "./dom.js";
import { say } from "./format.js";
import { slider } from "./slider.js";

const STEPS_PER_SECOND = 30;
const CALM_STEPS_PER_SECOND = 2;

const prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * `advance(count)` moves time on by that many steps and says whether there is any left;
 * `stepsPerSecond` of them are played, and `stepSize` at a press of Step.
 *
 * `stop()` pauses: call it when the reader takes the controls; Reset pauses too.
 */
export function player(stage, { advance, stepsPerSecond = STEPS_PER_SECOND, stepSize = 1 }) {
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.text("Play").attr("aria-pressed", false);
  };
  const start = () => {
    const rate = prefersCalm() ? CALM_STEPS_PER_SECOND : Math.min(stepsPerSecond, STEPS_PER_SECOND);
    timer = setInterval(() => advance(Math.max(1, Math.round(stepsPerSecond / rate))) || stop(), 1000 / rate);
    play.text("Pause").attr("aria-pressed", true);
  };
  const play = button("Play", () => (timer ? stop() : start())).classed("toy-primary", true);
  const once = button("Step", () => {
    stop();
    advance(stepSize);
  });
  play.attr("aria-pressed", false);
  stage.onStop(() => clearInterval(timer));
  stage.onReset(stop);
  const box = make("div", { class: "toy-player", role: "group", "aria-label": "Time" }, [play, once]);
  return { node: () => box.node(), stop };
}

/**
 * The trait `time` as a slider over `steps`, and its player, which from the end begins again; the other options
 * are the player's. `set(time)` is the reader's hand elsewhere, say in a chart.
 */
export function clock(stage, { label, steps, format, ...rates }) {
  const set = (time) => {
    playing.stop();
    stage.set({ time });
  };
  const playing = player(stage, {
    ...rates,
    advance(count) {
      const now = stage.get("time");
      const ahead = steps.filter((step) => step > now);
      stage.set({ time: ahead.length ? ahead[Math.min(count, ahead.length) - 1] : steps[0] });
      return ahead.length === 0 || ahead.length > count;
    },
  });
  return { dial: slider(stage, { label, key: "time", steps, format, onInput: set }), playing, set };
}

/** The same as one control of a scene: dial and buttons in one row. The options are the clock's. */
export function sceneClock(stage, { label = "time <i>t</i>", steps, stepsPerSecond, stepSize = 4 }) {
  const { dial, playing } = clock(stage, { label, steps, format: say, stepsPerSecond, stepSize });
  stage.onSettle(playing.stop);
  const row = make("div", { class: "toy-scene-clock" }, [dial, playing]);
  return { node: () => row.node(), draw: ({ time }) => dial.draw(time) };
}
