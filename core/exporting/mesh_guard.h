// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/mesh/triangle_mesh.h"

#include <string>

namespace portrait {

// Refuses a mesh that no file should hold: empty, attributes of the wrong length, an index beyond
// the vertices, a value that is not finite. Throws kBadInput with `format` ("GLB") in the message.
void require_exportable(const TriangleMesh& mesh, const std::string& format);

// Compares what was read back with what was written. Throws kIo when they differ.
void require_same_mesh(const TriangleMesh& read, const TriangleMesh& written,
                       const std::string& format);

}  // namespace portrait
