import { firstDevice } from "./good.mjs";

console.log("loaded");

export default {
  name: "prints", summary: "talks while it works",
  create: () => ({
    prepare() {
      console.log("planning");
      process.stdout.write("to stdout\n");
      console.error("to stderr");
    },
    dispatch: firstDevice,
  }),
};
