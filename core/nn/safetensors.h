// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace portrait {

// The safetensors format, without LibTorch: u64 little-endian header length, JSON header
// {name: {dtype, shape, data_offsets}, "__metadata__": {string: string}}, then raw data.
enum class DType { kBool, kU8, kI8, kI16, kI32, kI64, kF16, kBF16, kF32, kF64 };

std::size_t dtype_size(DType dtype);
const char* dtype_name(DType dtype);  // "F32" as in the file

struct TensorView {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> data;  // row-major, little-endian

  std::int64_t count() const;
};

// A memory-mapped file, every header field checked: lengths, offsets in range, without overlap or
// gap, sizes that match dtype and shape, no duplicate names.
// Throws kNotFound, kCorrupt (message names the field and the file).
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

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
