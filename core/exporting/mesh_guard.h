// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/mesh_texture.h"
#include "core/mesh/triangle_mesh.h"

#include <string>

namespace portrait {

// Refuses a mesh that no file should hold: empty, attributes of the wrong length, an index beyond
// the vertices, a value that is not finite. Throws kBadInput with `format` ("GLB") in the message.
void require_exportable(const TriangleMesh& mesh, const std::string& format);

// Refuses a texture that the mesh has no places for, and normals without a base colour. Throws
// kBadUsage.
void require_texture_fits(const MeshTexture& texture, const TriangleMesh& mesh,
                          const std::string& format);

// The mesh after both checks, its normals of unit length (+Z for one without a direction): glTF and
// USD refuse others.
TriangleMesh exportable_mesh(const TriangleMesh& mesh, const MeshTexture& texture,
                             const std::string& format);

// Compares what was read back with what was written. Throws kIo when they differ.
void require_same_mesh(const TriangleMesh& read, const TriangleMesh& written,
                       const std::string& format);
void require_same_texture(const MeshTexture& read, const MeshTexture& written,
                          const std::string& format);

}  // namespace portrait
