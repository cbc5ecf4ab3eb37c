// Sums of the rows of a matrix, added up in f32, in three ways: a thread a row (`shortRows`), a workgroup a row (`rows`), or,
// for few long rows, several workgroups a row that leave partial sums (`parts`), which `rest` adds up.
// Given by the prelude: Element; threads.

struct Size { rows: u32, columns: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> matrix: array<Element>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<Element>;
@group(0) @binding(3) var<uniform> size: Size;

var<workgroup> sums: array<f32, threads>;

/** The sum of the values of all threads of the workgroup. */
fn total(value: f32, thread: u32) -> f32 {
  sums[thread] = value;
  for (var half = threads / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  workgroupBarrier();
  return sums[0];
}

@compute @workgroup_size(threads)
fn shortRows(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (group.y * groups.x + group.x) * threads + thread;
  if (row >= size.rows) { return; }
  var sum = 0f;
  for (var column = 0u; column < size.columns; column++) { sum += f32(matrix[row * size.columns + column]); }
  result[row] = Element(sum);
}

@compute @workgroup_size(threads)
fn rows(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= size.rows) { return; }
  var sum = 0f;
  for (var column = thread; column < size.columns; column += threads) { sum += f32(matrix[row * size.columns + column]); }
  let all = total(sum, thread);
  if (thread == 0) { result[row] = Element(all); }
}

@compute @workgroup_size(threads)
fn parts(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  var sum = 0f;
  for (var column = group.x * threads + thread; column < size.columns; column += size.parts * threads) { sum += f32(matrix[group.y * size.columns + column]); }
  let all = total(sum, thread);
  if (thread == 0) { partial[group.y * size.parts + group.x] = all; }
}

@compute @workgroup_size(threads)
fn rest(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  var sum = 0f;
  for (var part = thread; part < size.parts; part += threads) { sum += partial[group.x * size.parts + part]; }
  let all = total(sum, thread);
  if (thread == 0) { result[group.x] = Element(all); }
}
