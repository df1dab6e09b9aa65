#include "cnnbench/measure/disk.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "support/recorded_tree.hpp"

namespace cnnbench {
namespace {

std::string device_of(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev));
}

TEST(DiskRecord, NamesTheFileSystemAndTheKindOfDisk) {
  const testing::RecordedTree tree;
  const std::string device = device_of(tree.root());
  tree.put("proc/self/mountinfo",
           "1 1 999:9 / / rw - proc proc rw\n2 1 " + device + " / /a rw,noatime shared:1 master:2 - xfs /dev/sda1 rw\n");
  EXPECT_EQ(disk_record(tree.root(), tree.root()).at("file_system"), "xfs");
  EXPECT_TRUE(disk_record(tree.root(), tree.root()).at("disk").is_null());
  tree.put("sys/dev/block/" + device + "/queue/rotational", "1\n");
  EXPECT_EQ(disk_record(tree.root() / "not/there/yet", tree.root()).at("disk"), "turning");
  tree.put("sys/dev/block/" + device + "/queue/rotational", "0\n");
  EXPECT_EQ(disk_record(tree.root(), tree.root()).at("disk"), "solid state");
  EXPECT_GT(disk_record(tree.root(), tree.root()).at("free_bytes"), 0);
}

TEST(DiskRecord, APartitionsDiskIsAskedAndAVirtualDiskIsNotBelieved) {
  for (const auto& [disk, expected] : {std::pair{"nvme0n1", "solid state"}, std::pair{"vda", "virtual"}}) {
    const testing::RecordedTree tree;
    const std::string block = std::string("sys/devices/") + disk;
    tree.put(block + "/queue/rotational", "0\n");
    tree.put(block + "/" + disk + "p1/size", "1\n");
    tree.put("sys/dev/block/none", "");
    std::filesystem::create_directory_symlink(tree.root() / block / (std::string(disk) + "p1"),
                                              tree.root() / "sys/dev/block" / device_of(tree.root()));
    EXPECT_EQ(disk_record(tree.root(), tree.root()).at("disk"), expected);
  }
}

TEST(DiskRecord, BrokenMountsAreUnknown) {
  const testing::RecordedTree tree;
  const std::string device = device_of(tree.root());
  for (const std::string& text :
       {std::string(), "1 1 " + device, "1 1 " + device + " / / rw -", "1 1 " + device + " - - - -\n", std::string(999, ' ')}) {
    tree.put("proc/self/mountinfo", text);
    EXPECT_TRUE(disk_record(tree.root(), tree.root()).at("file_system").is_null()) << text;
  }
}

}  // namespace
}  // namespace cnnbench
