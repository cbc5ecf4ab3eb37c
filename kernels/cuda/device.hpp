// What all kernels share on the device: checked calls, memory, numbers to compute with, and the work that is timed.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "kernel.hpp"

#if CUDART_VERSION >= 11080
#include <cuda_fp8.h>
#define HEDDLE_F8 1
#endif

// ---- checked calls -----------------------------------------------------------------------------------------------

inline void checkCuda(cudaError_t status, const char* call, const char* file, int line) {
  if (status == cudaSuccess) return;
  const std::string text = std::string(call) + " failed: " + cudaGetErrorString(status) + " (" + file + ":" + std::to_string(line) + ")";
  cudaGetLastError();
  // Too little memory or a wrong launch leave the device as it was; after anything else nothing can be trusted.
  const bool harmless = status == cudaErrorMemoryAllocation || status == cudaErrorInvalidValue || status == cudaErrorInvalidConfiguration || status == cudaErrorLaunchOutOfResources ||
                        status == cudaErrorNotSupported || status == cudaErrorNoKernelImageForDevice;
  if (harmless) throw Failure(text);
  throw DeviceLost(text);
}

#define CUDA(call) checkCuda((call), #call, __FILE__, __LINE__)
// After each launch: what was wrong with it.
#define LAUNCHED() checkCuda(cudaGetLastError(), "the launch", __FILE__, __LINE__)

// ---- memory ------------------------------------------------------------------------------------------------------

// Memory of the device, freed with the object.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(size_t bytes) : bytes_(bytes) { CUDA(cudaMalloc(&data_, bytes > 0 ? bytes : 1)); }
  Buffer(Buffer&& other) noexcept : data_(other.data_), bytes_(other.bytes_) { other.data_ = nullptr; }
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) cudaFree(data_);
  }
  char* at(size_t offset = 0) const { return static_cast<char*>(data_) + offset; }
  size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

// ---- numbers -----------------------------------------------------------------------------------------------------

template <typename T>
__host__ __device__ inline float toFloat(T value) {
  return static_cast<float>(value);
}
template <>
__host__ __device__ inline float toFloat<__half>(__half value) {
  return __half2float(value);
}
template <>
__host__ __device__ inline float toFloat<__nv_bfloat16>(__nv_bfloat16 value) {
  return __bfloat162float(value);
}

template <typename T>
__host__ __device__ inline T fromFloat(float value) {
  return static_cast<T>(value);
}
template <>
__host__ __device__ inline __half fromFloat<__half>(float value) {
  return __float2half(value);
}
template <>
__host__ __device__ inline __nv_bfloat16 fromFloat<__nv_bfloat16>(float value) {
  return __float2bfloat16(value);
}

// Prime, so that no extent of a tensor is in step with it.
constexpr long long period = 4099;

__host__ __device__ inline uint32_t scramble(uint32_t value) {
  uint32_t hash = (value ^ (value >> 16)) * 0x45d9f3bu;
  hash = (hash ^ (hash >> 16)) * 0x45d9f3bu;
  return hash ^ (hash >> 16);
}

// Element `position` of an operand: from -1 to 1 in `steps` steps a unit. 256 steps are exact in all types but f8, which
// has 8. `salt` tells operands apart.
__host__ __device__ inline float valueAt(long long position, int salt, int steps) {
  const uint32_t hash = scramble(static_cast<uint32_t>(position % period + salt * period));
  return static_cast<float>(static_cast<int>(hash % (2 * steps + 1)) - steps) / static_cast<float>(steps);
}

// ---- work --------------------------------------------------------------------------------------------------------

// What is timed. Either the device's clock times repetitions that were put into a stream, or the host's clock times one.
struct Work {
  virtual ~Work() = default;
  // Puts repetition number `index` into the stream.
  virtual void enqueue(long long, cudaStream_t) {}
  // Does it once, by the host's clock, in nanoseconds.
  virtual double once() { return 0; }
  virtual bool byHost() const { return false; }
  // Throws a Failure where the result is wrong. `stream` is idle.
  virtual void check(cudaStream_t) {}
};

struct Device {
  int id = 0;
  cudaDeviceProp properties{};
  cudaStream_t stream = nullptr;
  // Bytes that all sets of operands have together: more than the last cache holds.
  size_t rotatedBytes = 0;

  bool atLeast(int major, int minor) const { return properties.major > major || (properties.major == major && properties.minor >= minor); }
};

// How many sets of operands of so many bytes a kernel takes turns with.
inline long long setCount(const Device& device, size_t bytes) {
  const long long wanted = static_cast<long long>((device.rotatedBytes + bytes - 1) / (bytes > 0 ? bytes : 1));
  return wanted < 1 ? 1 : wanted > 32 ? 32 : wanted;
}

// ---- operands and results ----------------------------------------------------------------------------------------

template <typename T>
__global__ void fillKernel(T* data, long long elements, int salt, int steps) {
  for (long long i = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x; i < elements; i += static_cast<long long>(gridDim.x) * blockDim.x) {
    data[i] = fromFloat<T>(valueAt(i, salt, steps));
  }
}

template <typename T>
__global__ void pickKernel(const T* data, const long long* positions, float* out, int count) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) out[i] = toFloat(data[positions[i]]);
}

// Several copies of one tensor, each at an address that every kernel is content with.
template <typename T>
class Sets {
 public:
  Sets() = default;
  Sets(long long elements, long long count) : elements_(elements), count_(count), stride_((elements * sizeof(T) + 255) / 256 * 256), buffer_(stride_ * count) {}
  T* at(long long index) const { return reinterpret_cast<T*>(buffer_.at(static_cast<size_t>(index % count_) * stride_)); }
  long long elements() const { return elements_; }
  void fill(int salt, int steps, cudaStream_t stream) const {
    for (long long i = 0; i < count_; i++) {
      fillKernel<T><<<1024, 256, 0, stream>>>(at(i), elements_, salt, steps);
      LAUNCHED();
    }
  }
  // All ones, which no result is: not a number in every type.
  void spoil(cudaStream_t stream) const { CUDA(cudaMemsetAsync(buffer_.at(), 0xff, buffer_.bytes(), stream)); }

 private:
  long long elements_ = 0;
  long long count_ = 1;
  size_t stride_ = 0;
  Buffer buffer_;
};

struct Expectation {
  // Element `position` of the result, computed plainly.
  std::function<double(long long)> at;
  // Steps that takes.
  long long steps;
  // How large a result is typically.
  double magnitude;
  // Relative.
  double tolerance;
};

// Compares results with what they should be: all where that is cheap, else the ends and some spread evenly between.
template <typename T>
void checkResults(const T* results, long long elements, const Expectation& expected, cudaStream_t stream) {
  const long long affordable = 4000000 / (expected.steps > 0 ? expected.steps : 1);
  const long long count = std::min<long long>(elements, std::min<long long>(4096, std::max<long long>(32, affordable)));
  std::vector<long long> positions(count);
  for (long long i = 0; i < count; i++) positions[i] = count == 1 ? 0 : std::llround(static_cast<double>(i) * static_cast<double>(elements - 1) / static_cast<double>(count - 1));
  Buffer places(count * sizeof(long long)), picked(count * sizeof(float));
  CUDA(cudaMemcpyAsync(places.at(), positions.data(), count * sizeof(long long), cudaMemcpyHostToDevice, stream));
  pickKernel<T><<<static_cast<unsigned>((count + 255) / 256), 256, 0, stream>>>(results, reinterpret_cast<const long long*>(places.at()), reinterpret_cast<float*>(picked.at()), static_cast<int>(count));
  LAUNCHED();
  std::vector<float> values(count);
  CUDA(cudaMemcpyAsync(values.data(), picked.at(), count * sizeof(float), cudaMemcpyDeviceToHost, stream));
  CUDA(cudaStreamSynchronize(stream));
  for (long long i = 0; i < count; i++) {
    const double wanted = expected.at(positions[i]);
    // Not ">": what is not a number must not pass.
    if (!(std::fabs(values[i] - wanted) <= expected.tolerance * (std::fabs(wanted) + expected.magnitude))) {
      throw Failure("wrong result: element " + std::to_string(positions[i]) + " of " + std::to_string(elements) + " is " + std::to_string(values[i]) + ", and should be " + std::to_string(wanted));
    }
  }
}

// Digits of a type, for the tolerance of its results.
template <typename T>
constexpr double toleranceOf() {
  return std::is_same<T, float>::value ? 2e-4 : std::is_same<T, __half>::value ? 2e-3 : 1e-2;
}

// Calls make<float>(), make<__half>() or make<__nv_bfloat16>(), as the kernel's type says.
template <template <typename> class Made, typename... Arguments>
std::unique_ptr<Work> madeFor(const Kernel& kernel, const Device& device, Arguments&&... arguments) {
  if (kernel.dtype == "f32") return std::make_unique<Made<float>>(kernel, device, std::forward<Arguments>(arguments)...);
  if (kernel.dtype == "f16") return std::make_unique<Made<__half>>(kernel, device, std::forward<Arguments>(arguments)...);
  if (kernel.dtype == "bf16") return std::make_unique<Made<__nv_bfloat16>>(kernel, device, std::forward<Arguments>(arguments)...);
  throw Failure("there is no " + kernel.kind + " for " + kernel.dtype + "; there are f32, f16, bf16");
}

// ---- families ----------------------------------------------------------------------------------------------------
// Each makes the work of its kinds, and nothing for others.

std::unique_ptr<Work> matmulWork(const Kernel&, const Device&);
std::unique_ptr<Work> convWork(const Kernel&, const Device&);
std::unique_ptr<Work> elementwiseWork(const Kernel&, const Device&);
std::unique_ptr<Work> rowWork(const Kernel&, const Device&);
std::unique_ptr<Work> movementWork(const Kernel&, const Device&);
std::unique_ptr<Work> launchWork(const Kernel&, const Device&);
std::unique_ptr<Work> streamWork(const Kernel&, const Device&);

// Versions of the libraries that the families were built with: {"cublas", "13.1"}, {"cudnn", "9.8.0"}.
std::vector<std::pair<std::string, std::string>> matmulVersions();
std::vector<std::pair<std::string, std::string>> convVersions();
