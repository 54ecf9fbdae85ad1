// SPDX-License-Identifier: Apache-2.0
#include "core/nn/safetensors_writer.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/interruption.h"
#include "core/base/io_error.h"
#include "core/base/sha256.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace portrait {
namespace {

constexpr std::size_t kPiece = std::size_t{4} << 20;

// The header's length, the header, and how many bytes of data follow.
struct Start {
  std::string text;
  std::uint64_t data_size = 0;
};

Start start_of(const std::vector<TensorToSave>& tensors,
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
  const std::uint64_t length = text.size();
  return {std::string(reinterpret_cast<const char*>(&length), 8) + text, offset};
}

// A file that is written from its start to its end.
class Sink {
 public:
  explicit Sink(const std::filesystem::path& path)
      : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (file_ < 0) fail_io(path, "Writing", errno);
  }
  ~Sink() {
    if (file_ >= 0) ::close(file_);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void write(std::span<const std::byte> bytes) {
    hash_.update(bytes);
    while (!bytes.empty()) {
      const ssize_t n = ::write(file_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail_io(path_, "Writing", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
  }

  std::string close() {
    const int file = file_;
    file_ = -1;
    if (::close(file) != 0) fail_io(path_, "Writing", errno);
    return hash_.hex();
  }

 private:
  const std::filesystem::path& path_;
  int file_;
  Sha256 hash_;
};

}  // namespace

void save_safetensors(const std::filesystem::path& path, const std::vector<TensorToSave>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  const Start start = start_of(tensors, metadata);
  std::vector<std::byte> file(start.text.size() + start.data_size);
  std::memcpy(file.data(), start.text.data(), start.text.size());
  std::byte* out = file.data() + start.text.size();
  for (const TensorToSave& tensor : tensors) {
    out = std::copy(tensor.data.begin(), tensor.data.end(), out);
  }
  write_file(path, file);
}

std::string stream_safetensors(const std::filesystem::path& path,
                               const std::vector<TensorToSave>& tensors,
                               const std::map<std::string, std::string>& metadata) {
  const Start start = start_of(tensors, metadata);
  Sink sink(path);
  sink.write(std::as_bytes(std::span(start.text)));
  for (const TensorToSave& tensor : tensors) {
    for (std::size_t at = 0; at < tensor.data.size(); at += kPiece) {
      interruption_point();
      const auto piece = tensor.data.subspan(at, std::min(kPiece, tensor.data.size() - at));
      sink.write(piece);
      release_pages(piece);
    }
  }
  return sink.close();
}

}  // namespace portrait
