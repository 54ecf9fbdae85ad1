// SPDX-License-Identifier: Apache-2.0
#include "core/nn/safetensors.h"

#include "core/base/error.h"
#include "core/nn/safetensors_header.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portrait {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

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

std::optional<DType> dtype_of_name(std::string_view name) {
  for (const NamedType& type : kTypes) {
    if (name == type.name) return type.dtype;
  }
  return std::nullopt;
}

bool is_floating(DType dtype) {
  return dtype == DType::kF16 || dtype == DType::kBF16 || dtype == DType::kF32 ||
         dtype == DType::kF64;
}

bool all_zero(const TensorView& view) {
  const std::size_t size = dtype_size(view.dtype);
  for (std::size_t i = 0; i < view.data.size(); ++i) {
    std::byte bits = view.data[i];
    if (is_floating(view.dtype) && i % size == size - 1) bits &= std::byte{0x7f};  // not the sign
    if (bits != std::byte{0}) return false;
  }
  return true;
}

void release_pages(std::span<const std::byte> mapped) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(mapped.data());
  const std::uintptr_t first = (begin + page - 1) / page * page;  // whole pages: others keep theirs
  const std::uintptr_t last = (begin + mapped.size()) / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
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
  std::uint64_t header_length = 0;
  if (size < 8) refuse_safetensors(path, "it is shorter than its length field");
  std::memcpy(&header_length, bytes, 8);
  if (header_length < 2 || header_length > kLargestHeader || header_length > size - 8) {
    refuse_safetensors(path, fmt::format("its header claims {} bytes of {}", header_length, size));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes + 8), header_length);
  SafetensorsHeader header = parse_safetensors_header(text, size - 8 - header_length, path);
  metadata_ = std::move(header.metadata);
  const std::byte* data = bytes + 8 + header_length;
  for (auto& [name, stored] : header.tensors) {
    tensors_.emplace_hint(tensors_.end(), name,
                          TensorView{stored.dtype,
                                     std::move(stored.shape),
                                     {data + stored.begin, stored.end - stored.begin}});
  }
}

SafetensorsFile::SafetensorsFile(const std::vector<std::filesystem::path>& paths) {
  check(!paths.empty(), ErrorCode::kInternal, "A safetensors file of no files was asked for");
  std::vector<std::shared_ptr<const void>> mappings;
  for (const std::filesystem::path& path : paths) {
    SafetensorsFile part(path);
    mappings.push_back(part.mapping_);
    if (mappings.size() == 1) {
      *this = std::move(part);
      continue;
    }
    tensors_.merge(part.tensors_);
    if (part.tensors_.empty()) continue;
    throw Error(ErrorCode::kCorrupt,
                fmt::format("\"{}\" has the tensor \"{}\", which stands in a file before it as "
                            "well; get the files of one network again",
                            path.string(), part.tensors_.begin()->first),
                path.string());
  }
  mapping_ = std::make_shared<const std::vector<std::shared_ptr<const void>>>(std::move(mappings));
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

}  // namespace portrait
