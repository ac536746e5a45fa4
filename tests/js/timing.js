// Actions that wait for a pause.
test("an action is done once for all that asked for it, and not when nobody did", ({ timing }) => {
  let times = 0;
  const later = new timing.Debounce(1e8, () => {
    times += 1;
  });
  later.flush();
  equal(times, 0);
  later.ask();
  later.ask();
  later.flush();
  equal(times, 1);
  later.flush();
  equal(times, 1);
  later.ask();
  later.cancel();
  later.flush();
  equal(times, 1);
});
