using TorchSharp;

namespace SlimSharp.Tests.Native;

public class LibTorchTests
{
    [Fact]
    public void A_fresh_process_whose_first_act_is_a_torch_call_runs()
    {
        var (code, output, error) = Machine.Run(Machine.Start(Machine.Program("FirstCall", "FirstCall")));
        Assert.Equal((0, "10", ""), (code, output.Trim(), error.Trim()));
    }

    [Fact]
    public void Loading_twice_is_harmless()
    {
        LibTorch.EnsureLoaded();
        LibTorch.EnsureLoaded();
        Assert.Equal(3, torch.ones(3).sum().item<float>());
    }

    [Fact]
    public void Only_versions_whose_symbols_nobody_uses_may_be_marked_weak()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ELF libraries are Linux's.");
        var library = new ElfVersions(File.ReadAllBytes(NativeFiles.Find("libLibTorchSharp.so")!));
        var needed = library.Needed("libstdc++.so.6").ToArray();
        Assert.Contains("GLIBCXX_3.4", needed);
        Assert.True(library.IsUsed("GLIBCXX_3.4"));
        Assert.False(library.IsUsed("GLIBCXX_3.4.32"));
        Assert.Contains("GLIBCXX_3.4.29", new ElfVersions(File.ReadAllBytes(NativeFiles.LibStdCppPath()!)).Defined());
    }

    [Fact]
    public void Marking_a_version_changes_one_flag_and_no_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ELF libraries are Linux's.");
        var path = NativeFiles.Find("libLibTorchSharp.so")!;
        var before = File.ReadAllBytes(path);
        var library = new ElfVersions(File.ReadAllBytes(path));
        library.MarkWeak("GLIBCXX_3.4.32");
        var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != library.Bytes[i]).ToArray();
        var flag = Assert.Single(changed);
        Assert.Equal(before[flag] | 2, library.Bytes[flag]);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void What_is_no_library_is_refused() =>
        Assert.Throws<BadImageFormatException>(() => new ElfVersions(new byte[100]));

    [Fact]
    public void A_missing_libtorch_is_named_with_the_package_to_add()
    {
        // The same program without its native folder.
        var source = Path.GetDirectoryName(Machine.Program("FirstCall", "FirstCall"))!;
        var folder = Machine.Folder();
        foreach (var file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var dependencies = Path.Combine(folder, "FirstCall.deps.json");
        File.WriteAllText(
            dependencies,
            File.ReadAllText(dependencies).Replace("libtorch.so", "elsewhere.so", StringComparison.Ordinal)
        );
        var (code, output, _) = Machine.Run(Machine.Start(Path.Combine(folder, "FirstCall.dll"), "ensure"));
        Assert.Equal(1, code);
        Assert.StartsWith(
            "libtorch.so is not beside the program. Add a package reference to libtorch-cpu-linux-x64",
            output
        );
    }

    [Fact]
    public void Loading_explicitly_works_in_a_fresh_process() =>
        Assert.Equal(
            (0, "10"),
            (
                Machine.Run(Machine.Start(Machine.Program("FirstCall", "FirstCall"), "ensure")) is var (code, output, _)
                    ? (code, output.Trim())
                    : default
            )
        );
}
