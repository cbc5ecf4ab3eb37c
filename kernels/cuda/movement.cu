// Data movement: transpose, rows chosen by index, and a plain copy.
#include "device.hpp"

namespace {

constexpr int edge = 32;    // of the square that a block turns
constexpr int stripes = 8;  // rows of threads in it

// The square is one element wider than it needs to be, against bank conflicts.
template <typename T>
__global__ void transposeKernel(const T* matrix, T* result, long long rows, long long columns) {
  __shared__ T square[edge][edge + 1];
  const long long across = (columns + edge - 1) / edge;
  const long long row0 = blockIdx.x / across * edge, column0 = blockIdx.x % across * edge;
  for (int i = threadIdx.y; i < edge; i += stripes) {
    if (row0 + i < rows && column0 + threadIdx.x < columns) square[i][threadIdx.x] = matrix[(row0 + i) * columns + column0 + threadIdx.x];
  }
  __syncthreads();
  for (int i = threadIdx.y; i < edge; i += stripes) {
    if (column0 + i < columns && row0 + threadIdx.x < rows) result[(column0 + i) * rows + row0 + threadIdx.x] = square[threadIdx.x][i];
  }
}

template <typename T>
__global__ void gatherKernel(const T* table, const long long* indices, T* result, long long elements, long long columns) {
  const long long i = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
  if (i < elements) result[i] = table[indices[i / columns] * columns + i % columns];
}

__global__ void copyKernel(const uint4* source, uint4* result, long long vectors) {
  const long long i = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
  if (i < vectors) result[i] = source[i];
}

// The largest divisor that is no greater than the root: the catalogue knows the number of elements alone.
long long divisorNearRoot(long long value) {
  for (long long divisor = static_cast<long long>(std::sqrt(static_cast<double>(value))); divisor > 1; divisor--) {
    if (value % divisor == 0) return divisor;
  }
  return 1;
}

template <typename T>
class Transpose : public Work {
 public:
  Transpose(const Kernel& kernel, const Device& device) {
    const long long elements = kernel.extent("elements");
    rows_ = divisorNearRoot(elements);
    columns_ = elements / rows_;
    const long long sets = setCount(device, 2 * elements * sizeof(T));
    matrix_ = Sets<T>(elements, sets);
    result_ = Sets<T>(elements, sets);
    matrix_.fill(1, 256, device.stream);
  }

  void enqueue(long long index, cudaStream_t stream) override {
    const long long blocks = (rows_ + edge - 1) / edge * ((columns_ + edge - 1) / edge);
    transposeKernel<T><<<static_cast<unsigned>(blocks), dim3(edge, stripes), 0, stream>>>(matrix_.at(index), result_.at(index), rows_, columns_);
    LAUNCHED();
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    checkResults(result_.at(0), rows_ * columns_, {[this](long long i) { return static_cast<double>(valueAt(i % rows_ * columns_ + i / rows_, 1, 256)); }, 1, 1, toleranceOf<T>()}, stream);
  }

 private:
  long long rows_ = 0, columns_ = 0;
  Sets<T> matrix_, result_;
};

// The table is larger than any cache.
constexpr long long tableBytes = 256ll << 20, tableRows = 65536;

__global__ void fillIndices(long long* indices, long long elements, long long below) {
  const long long i = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
  if (i < elements) indices[i] = scramble(static_cast<uint32_t>(i)) % below;
}

template <typename T>
class Gather : public Work {
 public:
  Gather(const Kernel& kernel, const Device& device) : rows_(kernel.extent("rows")), columns_(kernel.extent("columns")) {
    there_ = std::max<long long>(1, std::min<long long>(tableRows, tableBytes / (columns_ * static_cast<long long>(sizeof(T)))));
    const long long sets = setCount(device, 2 * rows_ * columns_ * sizeof(T));
    table_ = Sets<T>(there_ * columns_, 1);
    indices_ = Sets<long long>(rows_, 1);
    result_ = Sets<T>(rows_ * columns_, sets);
    table_.fill(1, 256, device.stream);
    fillIndices<<<static_cast<unsigned>((rows_ + 255) / 256), 256, 0, device.stream>>>(indices_.at(0), rows_, there_);
    LAUNCHED();
  }

  void enqueue(long long index, cudaStream_t stream) override {
    const long long elements = rows_ * columns_;
    gatherKernel<T><<<static_cast<unsigned>((elements + 255) / 256), 256, 0, stream>>>(table_.at(0), indices_.at(0), result_.at(index), elements, columns_);
    LAUNCHED();
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    const auto expected = [this](long long i) { return static_cast<double>(valueAt(scramble(static_cast<uint32_t>(i / columns_)) % there_ * columns_ + i % columns_, 1, 256)); };
    checkResults(result_.at(0), rows_ * columns_, {expected, 1, 1, toleranceOf<T>()}, stream);
  }

 private:
  long long rows_, columns_, there_ = 1;
  Sets<T> table_, result_;
  Sets<long long> indices_;
};

template <typename T>
class Copy : public Work {
 public:
  Copy(const Kernel& kernel, const Device& device) : elements_(kernel.extent("elements")) {
    vectors_ = (elements_ * static_cast<long long>(sizeof(T)) + 15) / 16;
    const long long padded = vectors_ * 16 / static_cast<long long>(sizeof(T));
    const long long sets = setCount(device, 2 * padded * sizeof(T));
    source_ = Sets<T>(padded, sets);
    result_ = Sets<T>(padded, sets);
    source_.fill(1, 256, device.stream);
  }

  void enqueue(long long index, cudaStream_t stream) override {
    copyKernel<<<static_cast<unsigned>((vectors_ + 255) / 256), 256, 0, stream>>>(reinterpret_cast<const uint4*>(source_.at(index)), reinterpret_cast<uint4*>(result_.at(index)), vectors_);
    LAUNCHED();
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    checkResults(result_.at(0), elements_, {[](long long i) { return static_cast<double>(valueAt(i, 1, 256)); }, 1, 1, toleranceOf<T>()}, stream);
  }

 private:
  long long elements_, vectors_ = 0;
  Sets<T> source_, result_;
};

}  // namespace

std::unique_ptr<Work> movementWork(const Kernel& kernel, const Device& device) {
  if (kernel.kind == "transpose") return madeFor<Transpose>(kernel, device);
  if (kernel.kind == "gather" || kernel.kind == "embedding") return madeFor<Gather>(kernel, device);
  if (kernel.kind == "copy") return madeFor<Copy>(kernel, device);
  return nullptr;
}
