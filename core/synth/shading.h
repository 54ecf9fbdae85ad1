// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/synth/subject_mesh.h"

namespace portrait {

// What the pattern functions of each part return; linear colour.
struct Surface {
  Eigen::Vector3f albedo = Eigen::Vector3f::Zero();
  Eigen::Vector3f normal = Eigen::Vector3f::UnitZ();  // with the fine relief
  float gloss = 0;                                    // strength of the highlight
  float sharpness = 20;                               // exponent of the highlight
  float scatter = 0;     // light that bleeds round the terminator (skin)
  bool strands = false;  // lit as fibres along at.tangent
  float shift = 0;       // of the fibres' highlights along the strand
  float mirror = 0;      // share of the surroundings that a wet surface shows
};

Surface skin_surface(const SubjectMesh& subject, const SurfacePoint& point);
Surface eye_surface(const SubjectMesh& subject, const SurfacePoint& point);
Surface hair_surface(const SubjectMesh& subject, const SurfacePoint& point);
Surface cloth_surface(const SubjectMesh& subject, const SurfacePoint& point);
Surface surface_of(const SubjectMesh& subject, const SurfacePoint& point);

// Hair without a direction of strands: tight curls.
bool is_curly(const HairRecipe& hair);

// Some hair meshes come far onto the cheek before the ear; there they are cut at the sideburn.
bool on_cheek(const SubjectVertex& hair_point, const HairRecipe& hair);

// Colour of bare skin with the given share of melanin and blood, both about 0 .. 1.
Eigen::Vector3f skin_colour(float melanin, float haemoglobin, float warmth);

}  // namespace portrait
