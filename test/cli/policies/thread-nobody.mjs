export default {
  name: "thread-nobody", summary: "gives cores to nobody",
  create: () => ({ runnable() {}, next: () => -1 }),
};
