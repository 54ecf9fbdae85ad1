// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portrait {

// The safetensors format, without LibTorch: u64 little-endian header length, JSON header
// {name: {dtype, shape, data_offsets}, "__metadata__": {string: string}}, then raw data.
enum class DType { kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64 };

std::size_t dtype_size(DType dtype);
const char* dtype_name(DType dtype);  // "F32" as in the file
std::optional<DType> dtype_of_name(std::string_view name);
bool is_floating(DType dtype);

struct TensorView {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;  // row-major, little-endian

  std::int64_t count() const;
};

// Whether every number is zero, of either sign.
bool all_zero(const TensorView& view);

// Lets the system take back the memory of bytes that are mapped from a file, those of a
// SafetensorsFile (other memory would lose its content): they are read from the file again when they
// are next touched. What streams through a large file keeps little of it resident this way.
void release_pages(std::span<const std::byte> mapped);

// A memory-mapped file, every header field checked: lengths, offsets in range, without overlap or
// gap, sizes that match dtype and shape, no duplicate names.
// Throws kNotFound, kCorrupt (message names the field and the file).
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);
  // Several files as one that has all their tensors; metadata and path are the first one's.
  // Throws kCorrupt too when two of them have a tensor of one name, kInternal without a path.
  explicit SafetensorsFile(const std::vector<std::filesystem::path>& paths);

  const std::filesystem::path& path() const { return path_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  bool contains(const std::string& name) const { return tensors_.count(name) != 0; }
  // Throws kCorrupt naming the tensor and the file when it is absent.
  const TensorView& at(const std::string& name) const;

  // Values converted to float / int32 from whatever numeric type is stored.
  std::vector<float> floats(const std::string& name) const;
  std::vector<std::int32_t> ints(const std::string& name) const;

 private:
  std::filesystem::path path_;
  std::shared_ptr<const void> mapping_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, TensorView> tensors_;
};

// What save_safetensors writes. The data must outlive the call only.
struct TensorToSave {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;
};

// Writes beside and renames. Tensors are laid out in the given order, 8-byte aligned.
// Throws kIo, kInternal (size that does not match the shape, duplicate name).
void save_safetensors(const std::filesystem::path& path, const std::vector<TensorToSave>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace portrait
