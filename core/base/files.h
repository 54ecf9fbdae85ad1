// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace portrait {

// Whole content of a file. Throws kNotFound, kIo.
std::string read_text_file(const std::filesystem::path& path);

// Writes beside the target and renames, so that a failure leaves what existed untouched.
// Throws kIo with the system's reason (disk full, not writable) and the path as context.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_text_file(const std::filesystem::path& path, const std::string& text);

// The same for a writer that needs a path of its own: writer(temporary), then rename. The
// temporary keeps the target's extension and is removed when the writer throws.
void write_beside(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path& temporary)>& writer);

// Makes the folder and proves that a file can be written in it. Throws kIo.
void require_writable_folder(const std::filesystem::path& folder);

// Lower-case hex SHA-256 (FIPS 180-4) of bytes or of a file.
std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_file(const std::filesystem::path& path);

}  // namespace portrait
