// Why a number from outside cannot be shown, or "": what each view's `fault` is put together from.

const written = (value) => String(value).replace("-", "−");

export const rangeFault = (name, value, [low, high]) =>
  value >= low && value <= high ? "" : `${name} must be from ${written(low)} to ${written(high)}`;

export const countFault = (name, value, [low, high]) =>
  Number.isInteger(value) && value >= low && value <= high
    ? ""
    : `${name} must be a whole number from ${low} to ${high}`;

export const optionFault = (name, value, options) =>
  options.includes(value) ? "" : `${name} must be one of ${options.join(", ")}`;

export const rewardFault = (reward, length, most) =>
  reward.length === length && reward.every((r) => Math.abs(r) <= most)
    ? ""
    : `reward must hold ${length} numbers from −${most} to ${most}`;
