export default {
  name: "throws-phase",
  summary: "cannot say which phase an operator belongs to",
  create: () => ({
    phase() {
      throw new Error("no phase today");
    },
  }),
};
