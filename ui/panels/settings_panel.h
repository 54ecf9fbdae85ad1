// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <functional>
#include <memory>
#include <string>
#include <vector>

class QLabel;
class QPushButton;

namespace portrait {

class Settings;
struct SettingRow;
struct Snapshot;

// A form generated from the settings table: one editor per row, grouped as the table is. Rows
// that are set elsewhere in the window are left out.
class SettingsPanel : public QWidget {
  Q_OBJECT

 public:
  explicit SettingsPanel(QWidget* parent = nullptr);
  ~SettingsPanel() override;
  void show_snapshot(const Snapshot& snapshot);
  void show_settings(const Settings& settings);
  const Settings& settings() const { return *settings_; }
  // As if the artist had edited it here.
  void change(const std::string& key, const std::string& text);

 Q_SIGNALS:
  void changed(std::shared_ptr<const portrait::Settings> settings);
  void shown(const portrait::Settings& settings);  // whoever changed them

 private:
  struct Editor {
    const SettingRow* row;
    QWidget* widget;                              // the whole line
    std::function<void(const Settings&)> show;    // says nothing
  };
  Editor make_editor(const SettingRow& row);
  void edit(const SettingRow& row, const std::string& text);
  void show_advanced(bool advanced);

  std::unique_ptr<Settings> settings_;
  std::vector<Editor> editors_;
  struct Group {
    QWidget* heading;
    std::vector<std::size_t> editors;
  };
  std::vector<Group> groups_;
  QPushButton* more_;
  bool advanced_ = false;
};

}  // namespace portrait
