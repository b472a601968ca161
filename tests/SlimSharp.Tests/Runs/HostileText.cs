using System.Diagnostics;
using System.Globalization;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Texts that shells, sbatch, YAML and file systems read in their own ways.</summary>
internal static class HostileText
{
    internal const string Simplest = "[[stage]]\ncommand = \"train\"\n";

    internal static readonly string[] Pieces =
    [
        "\n",
        "\n#SBATCH --wrap=evil\n",
        "\ntouch pwned\n",
        "\r\n",
        "'",
        "\"",
        "'; touch pwned; '",
        "$(touch pwned)",
        "`touch pwned`",
        "$HOME",
        "$$",
        "$(X)",
        "%",
        "%a",
        "%%",
        "\\",
        "\\\\",
        " ",
        "\t",
        "#",
        "-",
        "--help",
        "@file",
        ";",
        "&",
        "|",
        ">pwned",
        "*",
        "~",
        "{a,b}",
        "!",
        "=",
        ":",
        "é",
        "名",
        "𝛾",
        "\u202e",
        "\u001b[31m",
        "a",
        "B9",
        ".",
        "..",
        "_",
    ];

    internal static readonly Gen<string> Hostile = Gen.Int[0, Pieces.Length - 1]
        .Select(i => Pieces[i])
        .Array[1, 8]
        .Select(string.Concat);

    // A folder's name; the file system takes all of them.
    internal static readonly Gen<string> Folders = Hostile.Select(t => t.Trim('.').Length > 0 ? t : "x");

    // As sweeps that were planned before names had a rule.
    internal static SweepPlan Named(string name) => SweepFile.Read(Write(Simplest)) with { Name = name };

    internal static string JsonText(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    /// <summary>A folder of its own, in which a script is run; gone afterwards.</summary>
    internal sealed class Place : IDisposable
    {
        private string[] _before = [];

        internal string Folder { get; } = Machine.Folder();

        internal string At(params string[] parts) => Path.Combine([Folder, .. parts]);

        /// <summary>In place of slim: writes its arguments down, each with its length.</summary>
        internal string StandIn(string name)
        {
            var path = At("programs", name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "#!/bin/sh\nfor a; do printf '%s\\0' \"$a\"; done >\"$RECORD\"\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }

        /// <summary>
        /// Runs a script as Slurm would, and returns what the stand-in was given. Nothing else may have happened.
        /// </summary>
        internal string[] Run(string script)
        {
            var (file, record) = (At("script"), At("record"));
            File.WriteAllText(file, script);
            File.WriteAllText(record, "");
            _before = Entries();
            var start = new ProcessStartInfo("bash", [file])
            {
                WorkingDirectory = Folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            start.Environment["RECORD"] = record;
            start.Environment["SLURM_ARRAY_TASK_ID"] = 7.ToString(CultureInfo.InvariantCulture);
            var (code, output, error) = Machine.Run(Process.Start(start)!);
            Assert.Equal((0, "", ""), (code, output, error));
            Assert.Equal(_before, Entries());
            return File.ReadAllText(record).Split('\0')[..^1];
        }

        public void Dispose() => Directory.Delete(Folder, recursive: true);

        private string[] Entries() =>
            [.. Directory.EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories).Order()];
    }
}
