export default {
  name: "throws-object", summary: "throws what cannot be made a text",
  create: () => ({
    dispatch() {
      throw Object.create(null);
    },
  }),
};
