import { firstDevice } from "./good.mjs";

export default {
  name: "throws-later", summary: "fails in a promise that nobody awaits",
  create: () => ({
    prepare() {
      void Promise.reject(new Error("too late"));
    },
    dispatch: firstDevice,
  }),
};
