import { firstDevice } from "./good.mjs";

export default {
  name: "loops-completed", summary: "never gets over the end of an operator",
  create: () => ({
    dispatch: firstDevice,
    completed() {
      for (;;);
    },
  }),
};
