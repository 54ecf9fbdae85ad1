// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace portrait::cli {

// Ceilings of this machine, measured in the run they are quoted in.
struct Machine {
  at::Device device = at::kCPU;  // what the work is done on
  std::string name;              // of the device
  std::string cpu;
  int threads = 0;
  double gemm_gflops = 0;  // product of large float matrices
  double copy_gb_s = 0;    // copy of 256 MiB, read and written bytes
};
Machine measure_machine(at::Device device);

struct BenchCase {
  std::string name;
  nlohmann::ordered_json config;
  std::function<void()> work;
  double flops = 0;  // of the arithmetic that cannot be left out
  double bytes = 0;
};

struct BenchRow {
  std::string name;
  nlohmann::ordered_json config;
  double median_ms = 0;
  double min_ms = 0;
  int repeats = 0;
  double flops = 0;
  double bytes = 0;
  // Flops per second over gemm_gflops. Above 1 where a card convolves in TF32 or Winograd's way.
  double fraction_of_peak = 0;
  double peak_memory_mb = 0;  // growth of the device's memory in the first round
};

// Runs the cases in turn, round after round, so that a slow phase of the machine meets them all;
// the device is waited for after each. A first round is not timed: it warms up, and tells the
// memory.
void measure(const Machine& machine, int repeats, std::vector<BenchCase> cases,
             std::vector<BenchRow>& rows);
// Nested calls of the pool run on the caller's thread alone.
void on_one_thread(const std::function<void()>& work);
const BenchRow& row_named(const std::vector<BenchRow>& rows, const std::string& name);
void print_bench(const Machine& machine, const std::vector<BenchRow>& rows,
                 const nlohmann::ordered_json& findings, bool as_json);

struct BenchOptions {
  int repeats = 7;
  int width = 128;             // rays along a side of the image
  std::filesystem::path pack;  // whose prior makes the head; empty: the one that ships
  std::string config = "compact";  // of a network: compact or sd15
  std::filesystem::path photo;     // that the window opens
};
std::vector<BenchRow> bench_renderer(const Machine& machine, const BenchOptions& bench,
                                     nlohmann::ordered_json& findings);
std::vector<BenchRow> bench_bake(const Machine& machine, const BenchOptions& bench,
                                 nlohmann::ordered_json& findings);
// The iso-surface of a head's density on 256 x 256 x 256 nodes, with normals: rows surface, the
// same on one thread, its normals alone, the blur before it, and the finished surface; findings say
// how near it comes to reading the grid at the machine's copy bandwidth.
std::vector<BenchRow> bench_surface(const Machine& machine, const BenchOptions& bench,
                                    nlohmann::ordered_json& findings);
std::vector<BenchRow> bench_reproject(const Machine& machine, const BenchOptions& bench,
                                      nlohmann::ordered_json& findings);
// Picture autoencoder with drawn weights, 512 x 512: rows vae.encode and vae.decode.
std::vector<BenchRow> bench_vae(const Machine& machine, const BenchOptions& bench,
                                nlohmann::ordered_json& findings);
// UNet and control branch with drawn weights, one sample of 64 x 64 latents: rows unet, unet.naive
// (NaiveUNet of the same weights) and brushnet.
std::vector<BenchRow> bench_unet(const Machine& machine, const BenchOptions& bench,
                                 nlohmann::ordered_json& findings);
// HPDM with its UNet, drawn weights, one evaluation of 64 x 64 latents: rows hpdm, its parts, and
// what is found once per view.
std::vector<BenchRow> bench_hpdm(const Machine& machine, const BenchOptions& bench,
                                 nlohmann::ordered_json& findings);
// The stages of the pipeline on a head of the pack's prior, as the preset `standard` has them: rows
// are steps (parts of one, in stage 3) and whole iterations of stage 3 with 3, 6 and 12 views;
// findings say how long Stop waits at most. Memory is the whole program's.
std::vector<BenchRow> bench_stages(const Machine& machine, const BenchOptions& bench,
                                   nlohmann::ordered_json& findings);
// A short draft without the window, with it, and with it while the head is turned, `repeats` times
// in turn: rows are steps of each stage and whole runs; findings are the ratios, how many pictures
// the viewport drew a second, and the stalls of the event loop. Needs a display and portrait-studio
// beside this program.
std::vector<BenchRow> bench_window(const Machine& machine, const BenchOptions& bench,
                                   nlohmann::ordered_json& findings);

}  // namespace portrait::cli
