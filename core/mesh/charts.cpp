// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/charts.h"

#include "core/base/error.h"
#include "core/mesh/chart_cutting.h"
#include "core/mesh/face_region.h"
#include "core/mesh/relaxation.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <numeric>
#include <optional>

namespace portrait {
namespace {

constexpr float kFaceWeight = 0.3F;      // from this weight on a triangle is in the face's chart
constexpr double kIslandShare = 0.01;    // smaller pieces outside the face's chart join it
constexpr double kReachOfHandle = 0.6;   // in lengths of its loop
constexpr double kCurlsUp = 0.3;         // mean normals shorter than this mean a piece that closes
constexpr double kWorthMeasuring = 0.1;  // share of the triangles up to which maps are tried anyway

struct Piece {
  std::vector<std::uint32_t> triangles;
  bool face = false;
};

class ChartCutter {
 public:
  ChartCutter(const TriangleMesh& mesh, const ChartOptions& options)
      : mesh_(mesh), options_(options), surface_(mesh), cut_(mesh.triangles.size() * 3, 0) {}

  std::vector<Chart> run() {
    split_face_off();
    std::vector<Chart> charts;
    while (!pending_.empty()) {
      Piece piece = std::move(pending_.back());
      pending_.pop_back();
      if (auto chart = try_piece(piece)) charts.push_back(std::move(*chart));
    }
    return charts;
  }

 private:
  void add_pieces(const std::vector<std::uint32_t>& triangles, bool face) {
    for (auto& piece : surface_.pieces(triangles)) pending_.push_back({std::move(piece), face});
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
    for (const auto& half : surface_.bisect(piece.triangles)) add_pieces(half, piece.face);
  }

  // A big piece whose normals point everywhere is not worth laying flat.
  bool curls_up(const Piece& piece) const {
    const double share = double(piece.triangles.size()) / double(mesh_.triangles.size());
    if (share < kWorthMeasuring) return false;
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    double area = 0;
    for (const std::uint32_t t : piece.triangles) {
      const auto& [a, b, c] = mesh_.triangles[t];
      const Eigen::Vector3d normal = (mesh_.positions[b] - mesh_.positions[a])
                                         .cross(mesh_.positions[c] - mesh_.positions[a])
                                         .cast<double>();
      sum += normal;
      area += normal.norm();
    }
    return sum.norm() < kCurlsUp * area;
  }

  ChartMesh put_together(const Piece& piece) const {
    return make_chart_mesh(mesh_, surface_.opposite(), cut_, piece.triangles);
  }

  // The finished chart, or none when the piece went back to the pending ones in parts.
  std::optional<Chart> try_piece(const Piece& piece) {
    if (curls_up(piece)) {
      halve(piece);
      return std::nullopt;
    }
    Chart chart{put_together(piece), {}, {}, piece.face};
    if (chart.mesh.borders.empty()) {
      halve(piece);
      return std::nullopt;
    }
    if (chart.mesh.handles() > 0) {
      take_handle_out(piece, chart.mesh);
      return std::nullopt;
    }
    if (!chart.mesh.is_disk()) {
      cut_holes_open(mesh_, surface_.opposite(), chart.mesh, cut_);
      chart.mesh = put_together(piece);
    }
    if (chart.mesh.is_disk() && lay_flat(chart)) return chart;
    for (const std::uint32_t t : piece.triangles) {
      for (std::uint32_t i = 0; i < 3; ++i) cut_[3 * t + i] = 0;
    }
    check(piece.triangles.size() > 1, ErrorCode::kInternal, "A single triangle does not lie flat");
    halve(piece);
    return std::nullopt;
  }

  void take_handle_out(const Piece& piece, const ChartMesh& chart) {
    const HandleLoop loop = find_handle_loop(mesh_, chart);
    const auto parts = surface_.surround(piece.triangles, loop.mesh_triangles,
                                         kReachOfHandle * loop.length);
    // Where the handle is most of the piece, halves do as well.
    if (parts[0].empty() || parts[1].empty() || parts[0].size() > parts[1].size()) {
      halve(piece);
      return;
    }
    add_pieces(parts[0], false);
    add_pieces(parts[1], piece.face);
  }

  bool lay_flat(Chart& chart) const {
    chart.map = conformal_map(mesh_, chart.mesh);
    RelaxationOptions relaxation;
    if (flipped_triangles(chart.mesh, chart.map) > 0) {
      chart.map = convex_map(mesh_, chart.mesh);
      if (flipped_triangles(chart.mesh, chart.map) > 0) return false;
      relaxation.iterations *= 2;
    }
    relax_map(chart.mesh, chart.map, relaxation);
    chart.quality = judge_map(chart.mesh, chart.map);
    return good_enough(chart);
  }

  bool good_enough(const Chart& chart) const {
    const ChartQuality& q = chart.quality;
    const double leniency = chart.face ? options_.face_leniency : 1.0;
    return q.flipped == 0 && !q.crosses_itself &&
           q.median_stretch <= options_.median_stretch * leniency &&
           q.high_stretch <= options_.high_stretch * leniency &&
           q.area_spread <= options_.area_spread * leniency;
  }

  const TriangleMesh& mesh_;
  ChartOptions options_;
  CuttableSurface surface_;
  std::vector<std::uint8_t> cut_;
  std::vector<Piece> pending_;
};

}  // namespace

std::vector<Chart> cut_into_charts(const TriangleMesh& mesh, const ChartOptions& options) {
  check(!mesh.empty(), ErrorCode::kBadInput, "An empty mesh cannot be cut into charts");
  return ChartCutter(mesh, options).run();
}

}  // namespace portrait
