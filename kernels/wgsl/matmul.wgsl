// C[b] = A[b] · B[b], m×k by k×n, row-major. A workgroup computes one tile of C: it brings a slice of A and a slice of B,
// `depth` deep, into workgroup memory, and each thread adds their products to a block of C that it keeps in registers.
// Given by the prelude: Element; threadsX, threadsY (threads of a workgroup), blockX, blockY (columns and rows of a
// thread's block), depth.

struct Size { batch: u32, m: u32, n: u32, k: u32 }

@group(0) @binding(0) var<storage, read> a: array<Element>;
@group(0) @binding(1) var<storage, read> b: array<Element>;
@group(0) @binding(2) var<storage, read_write> c: array<Element>;
@group(0) @binding(3) var<uniform> size: Size;

const tileM = threadsY * blockY;
const tileN = threadsX * blockX;
const threads = threadsX * threadsY;

// The slice of A lies transposed, and one element wider, so that neither storing nor reading it meets one bank again and again.
var<workgroup> sliceA: array<array<Element, tileM + 1>, depth>;
var<workgroup> sliceB: array<array<Element, tileN>, depth>;

@compute @workgroup_size(threadsX, threadsY)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row0 = group.y * tileM;
  let column0 = group.x * tileN;
  for (var matrix = group.z; matrix < size.batch; matrix += groups.z) {
    let startA = matrix * size.m * size.k;
    let startB = matrix * size.k * size.n;
    var sums: array<array<f32, blockX>, blockY>;
    for (var k0 = 0u; k0 < size.k; k0 += depth) {
      for (var i = thread; i < tileM * depth; i += threads) {
        let row = row0 + i / depth;
        let k = k0 + i % depth;
        var value = Element(0);
        if (row < size.m && k < size.k) { value = a[startA + row * size.k + k]; }
        sliceA[i % depth][i / depth] = value;
      }
      for (var i = thread; i < tileN * depth; i += threads) {
        let k = k0 + i / tileN;
        let column = column0 + i % tileN;
        var value = Element(0);
        if (column < size.n && k < size.k) { value = b[startB + k * size.n + column]; }
        sliceB[i / tileN][i % tileN] = value;
      }
      workgroupBarrier();
      for (var k = 0u; k < depth; k++) {
        var right: array<f32, blockX>;
        for (var x = 0u; x < blockX; x++) { right[x] = f32(sliceB[k][local.x + x * threadsX]); }
        for (var y = 0u; y < blockY; y++) {
          let left = f32(sliceA[k][local.y * blockY + y]);
          for (var x = 0u; x < blockX; x++) { sums[y][x] = fma(left, right[x], sums[y][x]); }
        }
      }
      workgroupBarrier();
    }
    for (var y = 0u; y < blockY; y++) {
      let row = row0 + local.y * blockY + y;
      for (var x = 0u; x < blockX; x++) {
        let column = column0 + local.x + x * threadsX;
        if (row < size.m && column < size.n) { c[(matrix * size.m + row) * size.n + column] = Element(sums[y][x]); }
      }
    }
  }
}
