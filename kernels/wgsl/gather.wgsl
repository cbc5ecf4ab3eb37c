// Rows of a table chosen by index, an element a thread.
// Given by the prelude: Element; threads.

struct Size { rows: u32, columns: u32 }

@group(0) @binding(0) var<storage, read> table: array<Element>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> result: array<Element>;
@group(0) @binding(3) var<uniform> size: Size;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * threads + thread;
  if (index >= size.rows * size.columns) { return; }
  result[index] = table[indices[index / size.columns] * size.columns + index % size.columns];
}
