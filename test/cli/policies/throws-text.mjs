export default {
  name: "throws-text", summary: "throws no error but a text",
  create: () => ({
    dispatch() {
      throw "just a text";
    },
  }),
};
