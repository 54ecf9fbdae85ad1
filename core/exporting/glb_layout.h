// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace portrait {

// Numbers of the glTF 2.0 specification, sections 4.4, 5.1, 5.11 and 5.26.
inline constexpr std::uint32_t kGlbMagic = 0x46546C67;        // "glTF"
inline constexpr std::uint32_t kGlbJsonChunk = 0x4E4F534A;    // "JSON"
inline constexpr std::uint32_t kGlbBinaryChunk = 0x004E4942;  // "BIN\0"
inline constexpr std::size_t kGlbHeaderBytes = 12;
inline constexpr std::size_t kGlbChunkHeaderBytes = 8;
inline constexpr int kGltfUnsignedShort = 5123;
inline constexpr int kGltfUnsignedInt = 5125;
inline constexpr int kGltfFloat = 5126;
inline constexpr int kGltfArrayBuffer = 34962;
inline constexpr int kGltfElementArrayBuffer = 34963;
inline constexpr int kGltfTriangles = 4;
inline constexpr int kGltfLinear = 9729;
inline constexpr int kGltfLinearMipmapLinear = 9987;
inline constexpr int kGltfClampToEdge = 33071;

}  // namespace portrait
