// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <array>
#include <memory>
#include <string>

class QGridLayout;
class QLabel;
class QPushButton;

namespace portrait {

class PromptField;
class Settings;
class ValueSlider;
struct PhotoInfo;
struct Snapshot;

// The HPDM's desk: the weights of its three controls, (9) to (11), each of which can be muted or
// heard alone, and a frame of before (A) to hold against the one of now (B).
class GuidancePanel : public QWidget {
  Q_OBJECT

 public:
  explicit GuidancePanel(QWidget* parent = nullptr);
  ~GuidancePanel() override;
  void show_settings(const Settings& settings);
  void show_snapshot(const Snapshot& snapshot);

  // Of the controls, in the order Projected view, Texture memory, Geometry.
  ValueSlider* weight(int control) { return controls_[std::size_t(control)].weight; }
  QPushButton* mute_button(int control) { return controls_[std::size_t(control)].mute; }
  QPushButton* solo_button(int control) { return controls_[std::size_t(control)].solo; }
  PromptField* prompt_field() { return prompt_; }  // hidden where the pack reads no text
  QPushButton* keep_button() { return keep_; }
  QPushButton* hold_button() { return hold_; }
  QPushButton* return_button() { return return_; }

 Q_SIGNALS:
  void changed(std::shared_ptr<const portrait::Settings> settings);
  void keep_requested();  // the frame on screen becomes A
  void held(bool kept);   // true: show A; false: what is

 private:
  static constexpr int kControls = 3;
  struct Control {
    QLabel* label = nullptr;
    ValueSlider* weight = nullptr;
    QPushButton* mute = nullptr;
    QPushButton* solo = nullptr;
    bool available = true;
  };
  void add_control(int index, QGridLayout* grid);
  void set_muted(int index, bool muted);
  void set_alone(int index, bool alone);
  void keep();
  void give(const Settings& settings);
  void show_available(int index, bool available, const QString& why);
  bool alone(int index) const;

  std::unique_ptr<Settings> settings_;
  std::shared_ptr<const PhotoInfo> photo_;
  std::unique_ptr<Settings> kept_;  // in force when A was kept
  std::array<bool, kControls> before_solo_{true, true, true};
  std::array<Control, kControls> controls_;
  PromptField* prompt_;
  QPushButton* keep_;
  QPushButton* hold_;
  QPushButton* return_;
  QWidget* kept_row_;
  QLabel* kept_label_;
};

}  // namespace portrait
