export default {
  name: "loop-gaps", summary: "forgets iterations",
  create: () => ({ start() {}, next: () => "none" }),
};
