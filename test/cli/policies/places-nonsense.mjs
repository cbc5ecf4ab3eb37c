export default {
  name: "places-nonsense", summary: "places on a device that does not exist",
  create: () => ({
    dispatch(view, out) {
      out.place(view.ready.first(), "gpu0");
    },
  }),
};
