export default {
  name: "places-twice", summary: "places the same operator again",
  create: () => ({
    dispatch(view, out) {
      const op = view.ready.first();
      out.place(op, 0);
      out.place(op, 0);
    },
  }),
};
