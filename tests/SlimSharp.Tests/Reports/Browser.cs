using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace SlimSharp.Tests.Reports;

/// <summary>
/// A real browser without a window, over the DevTools protocol: what it shows, logs and asks the network for.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly List<JsonNode> _events = [];
    private int _commands;

    private Browser(Process process) => _process = process;

    /// <summary>Starts it; skips the test with a sentence where it is not installed.</summary>
    internal static async Task<Browser> Start()
    {
        Assert.SkipUnless(File.Exists(Program), "Chromium is not there; on Debian: apt install chromium.");
        var process = Machine.StartProgram(
            Program,
            [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                $"--user-data-dir={Machine.Folder()}",
                "about:blank",
            ]
        );
        var browser = new Browser(process);
        using var patience = new CancellationTokenSource(Patience);
        var line = "";
        while (!line.StartsWith("DevTools listening on ", StringComparison.Ordinal))
            line =
                await process.StandardError.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException("Chromium ended before it listened.");
        var address = new Uri(line["DevTools listening on ".Length..]);
        _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        using var http = new HttpClient();
        var pages = JsonNode.Parse(await http.GetStringAsync($"http://{address.Authority}/json/list", patience.Token))!;
        var page = pages.AsArray().First(p => (string?)p!["type"] == "page")!;
        await browser._socket.ConnectAsync(new((string)page["webSocketDebuggerUrl"]!), patience.Token);
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
            await browser.Send($"{domain}.enable");
        return browser;
    }

    /// <summary>Errors in the console so far, and what was thrown.</summary>
    internal IEnumerable<string> Errors =>
        _events
            .Where(e =>
                (string?)e["method"] == "Runtime.exceptionThrown"
                || (string?)e["method"] == "Runtime.consoleAPICalled" && (string?)e["params"]!["type"] == "error"
                || (string?)e["method"] == "Log.entryAdded" && (string?)e["params"]!["entry"]!["level"] == "error"
            )
            .Select(e => e.ToJsonString());

    /// <summary>Addresses that were asked for so far.</summary>
    internal IEnumerable<string> Requests =>
        _events
            .Where(e => (string?)e["method"] == "Network.requestWillBeSent")
            .Select(e => (string)e["params"]!["request"]!["url"]!);

    /// <summary>Opens a page in a window of that width.</summary>
    internal async Task Open(string path, int width, bool dark)
    {
        await Send(
            "Emulation.setDeviceMetricsOverride",
            new()
            {
                ["width"] = width,
                ["height"] = 900,
                ["deviceScaleFactor"] = 1,
                ["mobile"] = width < 600,
            }
        );
        await Send(
            "Emulation.setEmulatedMedia",
            new()
            {
                ["features"] = new JsonArray(
                    new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" }
                ),
            }
        );
        var loaded = _events.Count(IsLoad);
        await Send("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
        using var patience = new CancellationTokenSource(Patience);
        while (_events.Count(IsLoad) == loaded)
            _events.Add(await Receive(patience.Token));

        static bool IsLoad(JsonNode e) => (string?)e["method"] == "Page.loadEventFired";
    }

    /// <summary>What a script returns, as JSON.</summary>
    internal async Task<JsonNode> Ask(string script)
    {
        var answer = await Send(
            "Runtime.evaluate",
            new() { ["expression"] = $"JSON.stringify({script})", ["returnByValue"] = true }
        );
        return JsonNode.Parse((string)answer["result"]!["value"]!)!;
    }

    /// <summary>Writes a picture of the whole page.</summary>
    internal async Task Photograph(string path)
    {
        var answer = await Send(
            "Page.captureScreenshot",
            new() { ["captureBeyondViewport"] = true, ["format"] = "png" }
        );
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, Convert.FromBase64String((string)answer["data"]!));
    }

    private async Task<JsonNode> Send(string method, JsonObject? parameters = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var id = ++_commands;
        var command = new JsonObject
        {
            ["id"] = id,
            ["method"] = method,
            ["params"] = parameters ?? [],
        };
        await _socket.SendAsync(
            System.Text.Encoding.UTF8.GetBytes(command.ToJsonString()),
            WebSocketMessageType.Text,
            true,
            patience.Token
        );
        while (true)
        {
            var message = await Receive(patience.Token);
            if ((int?)message["id"] != id)
            {
                _events.Add(message);
                continue;
            }
            return message["error"] is { } error
                ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}")
                : message["result"]!;
        }
    }

    private async Task<JsonNode> Receive(CancellationToken stop)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, stop);
            whole.Write(buffer, 0, part.Count);
        } while (!part.EndOfMessage);
        return JsonNode.Parse(whole.ToArray())!;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
