export default {
  name: "throws-create", summary: "fails when it is made",
  create() {
    throw new Error("no licence");
  },
};
