// SPDX-License-Identifier: Apache-2.0
#include "core/nn/safetensors.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portrait {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

constexpr std::uint64_t kLargestHeader = 100'000'000;  // as the reference reader

struct NamedType {
  DType dtype;
  const char* name;
  std::size_t size;
};
constexpr NamedType kTypes[] = {
    {DType::kBool, "BOOL", 1}, {DType::kU8, "U8", 1},     {DType::kI8, "I8", 1},
    {DType::kI16, "I16", 2},   {DType::kI32, "I32", 4},   {DType::kI64, "I64", 8},
    {DType::kF16, "F16", 2},   {DType::kBF16, "BF16", 2}, {DType::kF32, "F32", 4},
    {DType::kF64, "F64", 8}};

float half_to_float(std::uint16_t h) {
  const std::uint32_t sign = std::uint32_t(h & 0x8000u) << 16;
  const int exponent = h >> 10 & 31;
  const std::uint32_t fraction = h & 1023u;
  if (exponent == 0) {
    const float value = std::ldexp(static_cast<float>(fraction), -24);
    return sign ? -value : value;
  }
  const std::uint32_t rebased =
      exponent == 31 ? 255u : static_cast<std::uint32_t>(exponent - 15 + 127);
  return std::bit_cast<float>(sign | rebased << 23 | fraction << 13);
}

template <typename Stored, typename Out, typename Convert>
void convert_all(std::span<const std::byte> data, std::vector<Out>& out, Convert convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, data.data() + i * sizeof stored, sizeof stored);
    out[i] = static_cast<Out>(convert(stored));
  }
}

template <typename Out>
std::vector<Out> converted(const TensorView& view) {
  std::vector<Out> out(static_cast<std::size_t>(view.count()));
  const auto same = [](auto value) { return value; };
  switch (view.dtype) {
    case DType::kBool:
    case DType::kU8:
      convert_all<std::uint8_t>(view.data, out, same);
      break;
    case DType::kI8:
      convert_all<std::int8_t>(view.data, out, same);
      break;
    case DType::kI16:
      convert_all<std::int16_t>(view.data, out, same);
      break;
    case DType::kI32:
      convert_all<std::int32_t>(view.data, out, same);
      break;
    case DType::kI64:
      convert_all<std::int64_t>(view.data, out, same);
      break;
    case DType::kF16:
      convert_all<std::uint16_t>(view.data, out, half_to_float);
      break;
    case DType::kBF16:
      convert_all<std::uint16_t>(view.data, out, [](std::uint16_t b) {
        return std::bit_cast<float>(std::uint32_t{b} << 16);
      });
      break;
    case DType::kF32:
      convert_all<float>(view.data, out, same);
      break;
    case DType::kF64:
      convert_all<double>(view.data, out, same);
      break;
  }
  return out;
}

std::shared_ptr<const void> map_file(const std::filesystem::path& path, std::size_t& size) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  check(file >= 0, ErrorCode::kNotFound, "There is no readable file \"{}\"; check the path",
        path.string());
  struct stat info {};
  const bool known = ::fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  size = known ? static_cast<std::size_t>(info.st_size) : 0;
  void* base = size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
  ::close(file);
  check(base != MAP_FAILED, ErrorCode::kCorrupt,
        "\"{}\" is empty or not a plain file; a safetensors file was expected", path.string());
  return {base, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); }};
}

}  // namespace

std::size_t dtype_size(DType dtype) {
  return std::find_if(std::begin(kTypes), std::end(kTypes), [&](const NamedType& t) {
           return t.dtype == dtype;
         })->size;
}

const char* dtype_name(DType dtype) {
  return std::find_if(std::begin(kTypes), std::end(kTypes), [&](const NamedType& t) {
           return t.dtype == dtype;
         })->name;
}

std::int64_t TensorView::count() const {
  std::int64_t n = 1;
  for (std::int64_t size : shape) n *= size;
  return n;
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : path_(path) {
  std::size_t size = 0;
  mapping_ = map_file(path, size);
  const auto* bytes = static_cast<const std::byte*>(mapping_.get());
  const auto corrupt = [&](const std::string& what) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("\"{}\" is not a sound safetensors file: {}; get the file again or "
                            "convert it to safetensors",
                            path.string(), what),
                path.string());
  };

  std::uint64_t header_length = 0;
  if (size < 8) corrupt("it is shorter than its length field");
  std::memcpy(&header_length, bytes, 8);
  if (header_length < 2 || header_length > kLargestHeader || header_length > size - 8) {
    corrupt(fmt::format("its header claims {} bytes of {}", header_length, size));
  }
  const auto* text = reinterpret_cast<const char*>(bytes + 8);
  // nlohmann keeps the last of duplicate keys silently; a callback sees them all.
  std::set<std::string> seen;
  std::string duplicate;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event == nlohmann::json::parse_event_t::key && depth == 1 &&
        !seen.insert(parsed.get<std::string>()).second) {
      duplicate = parsed.get<std::string>();
    }
    return true;
  };
  const auto header = nlohmann::json::parse(text, text + header_length, watch, false);
  if (!header.is_object()) corrupt("its header is not a JSON object");
  if (!duplicate.empty()) corrupt(fmt::format("tensor \"{}\" is named twice", duplicate));

  const std::uint64_t data_size = size - 8 - header_length;
  const std::byte* data = bytes + 8 + header_length;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> extents;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      if (!entry.is_object()) corrupt("__metadata__ is not an object");
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) corrupt(fmt::format("metadata \"{}\" is not a string", key));
        metadata_[key] = value.get<std::string>();
      }
      continue;
    }
    const bool whole = entry.is_object() && entry.size() == 3 && entry.contains("dtype") &&
                       entry.contains("shape") && entry.contains("data_offsets") &&
                       entry["dtype"].is_string() && entry["shape"].is_array() &&
                       entry["data_offsets"].is_array() && entry["data_offsets"].size() == 2 &&
                       entry["data_offsets"][0].is_number_unsigned() &&
                       entry["data_offsets"][1].is_number_unsigned();
    if (!whole) corrupt(fmt::format("the entry of tensor \"{}\" is malformed", name));
    const auto type_name = entry["dtype"].get<std::string>();
    const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                    [&](const NamedType& t) { return type_name == t.name; });
    if (type == std::end(kTypes)) {
      corrupt(fmt::format("tensor \"{}\" has the unknown type \"{}\"", name, type_name));
    }
    TensorView view;
    view.dtype = type->dtype;
    std::uint64_t expected = type->size;
    for (const auto& extent : entry["shape"]) {
      if (!extent.is_number_unsigned()) {
        corrupt(fmt::format("tensor \"{}\" has a size that is not a number", name));
      }
      const auto n = extent.get<std::uint64_t>();
      if (n != 0 && expected > std::numeric_limits<std::int64_t>::max() / n) {
        corrupt(fmt::format("tensor \"{}\" has impossible sizes", name));
      }
      expected *= n;
      view.shape.push_back(static_cast<std::int64_t>(n));
    }
    const auto begin = entry["data_offsets"][0].get<std::uint64_t>();
    const auto end = entry["data_offsets"][1].get<std::uint64_t>();
    if (begin > end || end > data_size || end - begin != expected) {
      corrupt(fmt::format("tensor \"{}\" needs {} bytes but claims {} to {} of {}", name, expected,
                          begin, end, data_size));
    }
    view.data = {data + begin, static_cast<std::size_t>(end - begin)};
    if (begin != end) extents.emplace_back(begin, end);
    tensors_.emplace(name, std::move(view));
  }
  std::sort(extents.begin(), extents.end());
  std::uint64_t reached = 0;
  for (const auto& [begin, end] : extents) {
    if (begin != reached) corrupt("its tensors overlap or leave a gap");
    reached = end;
  }
  if (reached != data_size) corrupt("bytes after its last tensor");
}

const TensorView& SafetensorsFile::at(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw Error(ErrorCode::kCorrupt,
                fmt::format("\"{}\" has no tensor \"{}\"; it was made for something else",
                            path_.string(), name),
                path_.string());
  }
  return found->second;
}

std::vector<float> SafetensorsFile::floats(const std::string& name) const {
  return converted<float>(at(name));
}

std::vector<std::int32_t> SafetensorsFile::ints(const std::string& name) const {
  return converted<std::int32_t>(at(name));
}

void save_safetensors(const std::filesystem::path& path, const std::vector<TensorToSave>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorToSave& tensor : tensors) {
    std::uint64_t size = dtype_size(tensor.dtype);
    for (std::int64_t n : tensor.shape) {
      check(n >= 0, ErrorCode::kInternal, "Tensor \"{}\" has a negative size", tensor.name);
      size *= static_cast<std::uint64_t>(n);
    }
    check(size == tensor.data.size(), ErrorCode::kInternal,
          "Tensor \"{}\" has {} bytes where its shape needs {}", tensor.name, tensor.data.size(),
          size);
    check(tensor.name != "__metadata__" && !header.contains(tensor.name), ErrorCode::kInternal,
          "Tensor \"{}\" is named twice or as the metadata", tensor.name);
    header[tensor.name] = {{"dtype", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + size}}};
    offset += size;
  }
  std::string text = header.empty() ? "{}" : header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // data starts aligned

  std::vector<std::byte> file(8 + text.size() + offset);
  const std::uint64_t length = text.size();
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, text.data(), text.size());
  std::byte* out = file.data() + 8 + text.size();
  for (const TensorToSave& tensor : tensors) {
    out = std::copy(tensor.data.begin(), tensor.data.end(), out);
  }
  write_file(path, file);
}

}  // namespace portrait
