// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/charts.h"

#include "core/base/error.h"
#include "core/mesh/chart_cutting.h"
#include "core/mesh/chart_making.h"
#include "core/mesh/face_region.h"
#include "core/mesh/mesh_sides.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <optional>

namespace portrait {
namespace {

constexpr float kFaceWeight = 0.3F;  // from this weight on a triangle is in the face's chart
constexpr float kShrinkBy = 0.15F;
constexpr double kIslandShare = 0.01;    // smaller pieces outside the face's chart join it
constexpr double kReachOfHandle = 0.6;   // in lengths of its loop
constexpr double kCurlsUp = 0.3;         // mean normals shorter than this mean a piece that closes
constexpr double kWorthMeasuring = 0.1;  // share of the triangles up to which maps are tried anyway

struct Piece {
  std::vector<std::uint32_t> triangles;
  bool face = false;
  float least_weight = kFaceWeight;  // that its triangles have, in the face
};

class ChartCutter {
 public:
  ChartCutter(const TriangleMesh& mesh, const ChartOptions& options)
      : mesh_(mesh), surface_(mesh), maker_(surface_, options) {}

  std::vector<Chart> run() {
    split_face_off();
    std::vector<Chart> charts;
    while (!pending_.empty()) {
      Piece piece = std::move(pending_.back());
      pending_.pop_back();
      if (auto chart = try_piece(piece)) charts.push_back(std::move(*chart));
    }
    merge_small_charts(surface_, maker_, charts);
    return charts;
  }

 private:
  void add_pieces(const std::vector<std::uint32_t>& triangles, bool face,
                  float least_weight = kFaceWeight) {
    for (auto& piece : surface_.pieces(triangles)) {
      pending_.push_back({std::move(piece), face, least_weight});
    }
  }

  void split_face_off() {
    std::vector<std::uint32_t> face;
    for (std::uint32_t t = 0; t < mesh_.triangles.size(); ++t) {
      if (face_weight(surface_.centre(t)) >= kFaceWeight) face.push_back(t);
    }
    std::vector<std::uint8_t> in_face(mesh_.triangles.size(), 0);
    if (!face.empty()) {
      const auto parts = surface_.pieces(face);
      for (const std::uint32_t t : parts.front()) in_face[t] = 1;
    }
    const auto members = [&](std::uint8_t which) {
      std::vector<std::uint32_t> chosen;
      for (std::uint32_t t = 0; t < in_face.size(); ++t) {
        if (in_face[t] == which) chosen.push_back(t);
      }
      return chosen;
    };
    if (!face.empty()) {
      for (const auto& piece : surface_.pieces(members(0))) {
        if (double(piece.size()) > kIslandShare * double(mesh_.triangles.size())) continue;
        for (const std::uint32_t t : piece) in_face[t] = 1;
      }
    }
    add_pieces(members(0), false);
    add_pieces(members(1), true);
  }

  void halve(const Piece& piece) {
    for (const auto& half : surface_.bisect(piece.triangles)) {
      add_pieces(half, piece.face, piece.least_weight);
    }
  }

  // A big piece whose normals point everywhere is not worth laying flat.
  bool curls_up(const Piece& piece) const {
    const double share = double(piece.triangles.size()) / double(mesh_.triangles.size());
    if (share < kWorthMeasuring) return false;
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    double area = 0;
    for (const std::uint32_t t : piece.triangles) {
      const auto& [a, b, c] = mesh_.triangles[t];
      const Eigen::Vector3d from = mesh_.positions[a].cast<double>();
      const Eigen::Vector3d normal = (mesh_.positions[b].cast<double>() - from)
                                         .cross(mesh_.positions[c].cast<double>() - from);
      sum += normal;
      area += normal.norm();
    }
    return sum.norm() < kCurlsUp * area;
  }

  // The finished chart, or none when the piece went back to the pending ones in parts.
  std::optional<Chart> try_piece(const Piece& piece) {
    if (curls_up(piece)) {
      halve(piece);
      return std::nullopt;
    }
    Chart chart = maker_.put_together(piece.triangles, piece.face);
    if (chart.mesh.borders.empty()) {
      halve(piece);
      return std::nullopt;
    }
    if (chart.mesh.handles() > 0) {
      take_handle_out(piece, chart.mesh);
      return std::nullopt;
    }
    std::vector<std::uint32_t> trimmed;
    if (maker_.lay_flat(chart) || maker_.trim(chart, trimmed)) {
      if (maker_.cut_holes(chart)) {
        for (const auto& part : surface_.pieces(trimmed)) give_away(part);
        return chart;
      }
    }
    if (piece.face && shrink_face(piece)) return std::nullopt;
    check(piece.triangles.size() > 1, ErrorCode::kInternal, "A single triangle does not lie flat");
    halve(piece);
    return std::nullopt;
  }

  // Where the face does not lie flat as a whole, the fault is mostly near its rim (ears, hair):
  // a smaller one is tried before it is halved.
  bool shrink_face(const Piece& piece) {
    std::vector<std::uint32_t> core;
    std::vector<std::uint32_t> rim;
    float weight = piece.least_weight;
    // A step that takes nothing off would only have the same map made again.
    while (rim.empty()) {
      weight += kShrinkBy;
      if (weight >= 1) return false;
      core.clear();
      for (const std::uint32_t t : piece.triangles) {
        (face_weight(surface_.centre(t)) >= weight ? core : rim).push_back(t);
      }
    }
    const auto parts = surface_.pieces(core);
    if (parts.empty()) return false;
    for (std::size_t p = 1; p < parts.size(); ++p) {
      rim.insert(rim.end(), parts[p].begin(), parts[p].end());
    }
    std::sort(rim.begin(), rim.end());
    for (const auto& part : surface_.pieces(rim)) give_away(part);
    pending_.push_back({parts.front(), true, weight});
    return true;
  }

  // To a pending piece next to it, or else to the pending ones by itself.
  void give_away(const std::vector<std::uint32_t>& triangles) {
    std::vector<std::int32_t> owner(mesh_.triangles.size(), -1);
    for (std::size_t p = 0; p < pending_.size(); ++p) {
      for (const std::uint32_t t : pending_[p].triangles) owner[t] = std::int32_t(p);
    }
    for (const std::uint32_t t : triangles) {
      for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t other = surface_.opposite()[3 * t + i];
        if (other == kNoSide || owner[other / 3] < 0) continue;
        auto& taker = pending_[owner[other / 3]].triangles;
        taker.insert(taker.end(), triangles.begin(), triangles.end());
        std::sort(taker.begin(), taker.end());
        return;
      }
    }
    pending_.push_back({triangles, false});
  }

  void take_handle_out(const Piece& piece, const ChartMesh& chart) {
    const HandleLoop loop = find_handle_loop(mesh_, chart);
    const auto parts =
        surface_.surround(piece.triangles, loop.mesh_triangles, kReachOfHandle * loop.length);
    // Where the handle is most of the piece, halves do as well.
    if (parts[0].empty() || parts[1].empty() || parts[0].size() > parts[1].size()) {
      halve(piece);
      return;
    }
    add_pieces(parts[0], false);
    add_pieces(parts[1], piece.face, piece.least_weight);
  }

  const TriangleMesh& mesh_;
  CuttableSurface surface_;
  ChartMaker maker_;
  std::vector<Piece> pending_;
};

}  // namespace

std::vector<Chart> cut_into_charts(const TriangleMesh& mesh, const ChartOptions& options) {
  check(!mesh.empty(), ErrorCode::kBadInput, "An empty mesh cannot be cut into charts");
  // A single triangle must pass, or there would be no end of cutting; its map is right to rounding.
  check(options.median_stretch >= 1.001 && options.high_stretch >= 1.001 &&
            options.area_spread >= 1.001 && options.face_leniency >= 1,
        ErrorCode::kBadUsage,
        "The limits of a chart's map are {}, {} and {}, with leniency {}; they must be at least "
        "1.001, and that 1",
        options.median_stretch, options.high_stretch, options.area_spread, options.face_leniency);
  return ChartCutter(mesh, options).run();
}

}  // namespace portrait
