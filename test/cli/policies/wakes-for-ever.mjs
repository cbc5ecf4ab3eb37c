export default {
  name: "wakes-for-ever", summary: "asks to be woken again and again",
  create: () => ({
    dispatch(view, out) {
      out.wakeAt(view.nowTicks);
    },
  }),
};
