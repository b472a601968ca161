using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Formats;

/// <summary>Outputs go where a path leads: links stay links, devices stay devices.</summary>
[Collection(nameof(Alone))]
public class OutputPathTests
{
    private readonly string _folder = Machine.Folder();

    [Fact]
    public void A_file_behind_links_is_replaced_and_the_links_stay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows asks for a privilege to make links.");
        var (file, link, chain) = (At("kept/file"), At("link"), At("chain"));
        Directory.CreateDirectory(At("kept"));
        File.CreateSymbolicLink(link, Path.Combine("kept", "file"));
        File.CreateSymbolicLink(chain, link);
        AtomicFile.WriteText(chain, "one"); // the last link leads to nothing yet
        Assert.Equal("one", File.ReadAllText(file));
        AtomicFile.WriteText(link, "two");
        Assert.Equal("two", File.ReadAllText(file));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.NotNull(new FileInfo(chain).LinkTarget);
        Assert.Equal([chain, At("kept"), link], Directory.GetFileSystemEntries(_folder).Order());
        Assert.Equal([file], Directory.GetFiles(At("kept")));
    }

    [Fact]
    public void A_circle_of_links_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows asks for a privilege to make links.");
        File.CreateSymbolicLink(At("a"), At("b"));
        File.CreateSymbolicLink(At("b"), At("a"));
        Assert.Contains(
            "leads to no file",
            Assert.Throws<IOException>(() => AtomicFile.WriteText(At("a"), "")).Message
        );
    }

    [Fact]
    public void A_link_into_a_folder_that_is_not_there_is_refused_and_makes_none()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows asks for a privilege to make links.");
        File.CreateSymbolicLink(At("file"), At("gone/file"));
        File.CreateSymbolicLink(At("folder"), At("gone/folder"));
        File.CreateSymbolicLink(At("made"), At("new"));
        foreach (var path in (string[])["file", "folder/file", "folder/below/file"])
        {
            Assert.Contains("is a link to", Assert.Throws<IOException>(() => OutputPath.CheckFile(At(path))).Message);
            Assert.Contains(
                "is a link to",
                Assert.Throws<IOException>(() => AtomicFile.WriteText(At(path), "")).Message
            );
        }
        Assert.Contains("is a link to", Assert.Throws<IOException>(() => OutputPath.CheckFolder(At("folder"))).Message);
        Assert.Equal([At("file"), At("folder"), At("made")], Directory.GetFileSystemEntries(_folder).Order());
        OutputPath.CheckFile(At("made/below/file"));
        AtomicFile.WriteText(At("made/below/file"), "one"); // what a link means may be new
        Assert.Equal("one", File.ReadAllText(At("new/below/file")));
    }

    [Fact]
    public async Task Every_command_refuses_what_it_cannot_write_before_it_does_anything()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows asks for a privilege to make links.");
        File.WriteAllText(At("file"), "kept");
        Directory.CreateDirectory(At("folder"));
        File.CreateSymbolicLink(At("link"), At("gone/place"));
        var walked = 0;
        foreach (var (words, command) in CommandWalk.All)
        {
            Assert.All(
                command.Options.Where(o => o.Name == "--out"),
                o => Assert.IsType<SlimSharp.Cli.OutputOption>(o)
            );
            foreach (var option in command.Options.OfType<SlimSharp.Cli.OutputOption>())
            {
                var own = option.IsFolder ? ("file", "is a file") : ("folder", "is a folder");
                foreach (var (place, reason) in new[] { own, ("file/below", "is a file"), ("link", "is a link to") })
                {
                    var (code, output, error) = await Slim.Run([
                        .. words,
                        .. CommandWalk.Arguments(command),
                        option.Name,
                        At(place),
                    ]);
                    Assert.Equal((2, ""), (code, output));
                    Assert.Contains($"{option.Name}: ", error);
                    Assert.Contains(reason, error);
                    walked++;
                }
            }
        }
        Assert.InRange(walked, 50, 1000);
        Assert.Equal([At("file"), At("folder"), At("link")], Directory.GetFileSystemEntries(_folder).Order());
    }

    [Fact]
    public async Task What_a_command_writes_beside_its_input_is_asked_for_first_as_well()
    {
        Small.File(At("model.slim"));
        Directory.CreateDirectory(At("pruned.slim"));
        var (code, output, error) = await Slim.Run("prune", At("model.slim"), "--ratio", "0.3");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("pruned.slim' is a folder", error);
        Assert.Contains("--out", error);
        Assert.Equal(0, (await Slim.Run("prune", At("model.slim"), "--ratio", "0.3", "--plan-only")).Code);
    }

    [Fact]
    public async Task What_goes_to_a_device_is_gone_and_the_device_is_still_there()
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "There is no /dev/null here.");
        var (model, link) = (At("model.slim"), At("null"));
        Small.File(model);
        File.CreateSymbolicLink(link, "/dev/null");
        foreach (var output in (string[])["/dev/null", link])
        {
            var (code, _, error) = await Slim.Run("prune", model, "--ratio", "0.3", "--out", output);
            Assert.Equal((0, ""), (code, error));
        }
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        Assert.Equal("/dev/null", new FileInfo(link).LinkTarget);
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public async Task What_goes_to_a_pipe_comes_out_of_it_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/mkfifo"), "There is no mkfifo here.");
        var pipe = At("pipe");
        Machine.Run(Machine.StartProgram("/usr/bin/mkfifo", [pipe]));
        var read = Task.Run(() => File.ReadAllText(pipe));
        AtomicFile.WriteText(pipe, "through");
        Assert.Equal("through", await read);
        Assert.Equal([pipe], Directory.GetFileSystemEntries(_folder));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
