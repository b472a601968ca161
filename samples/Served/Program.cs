// A slimmed network behind HTTP: POST a JPEG or PNG image to /classify.
// dotnet run -- small.onnx, a file that 'slim export' or 'slim quantize' has written
using SlimSharp.Data;
using SlimSharp.Onnx;

var path = args[0];
var model = OnnxModel.Load(path);
var classes = OnnxImport.ClassesOf(model);

// Used where the file reads numbers; one that reads bytes has it inside.
var normalization = OnnxImport.NormalizationOf(model)!;
var size = model.Inputs.Single().Sizes; // N×C×H×W
var (channels, height, width) = ((int)size[1], (int)size[2], (int)size[3]);
using var session = new OnnxSession(File.ReadAllBytes(path));

var app = WebApplication.CreateBuilder(args).Build();
app.MapGet(
    "/",
    () =>
        new
        {
            model = Path.GetFileName(path),
            classes,
            input = new
            {
                channels,
                height,
                width,
            },
        }
);
app.MapPost(
    "/classify",
    async (HttpRequest request) =>
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        try
        {
            var image = ImageFolder.Decode("the image", body.ToArray()).WithChannels(channels).ResizedTo(height, width);
            var scores = session.Run(image, [0], normalization);
            var shares = scores.Select(s => Math.Exp(s - scores.Max())).ToArray(); // softmax
            var best = shares
                .Select((s, i) => (Class: classes[i], Share: s / shares.Sum()))
                .OrderByDescending(r => r.Share);
            return Results.Ok(best.Select(r => new { @class = r.Class, share = Math.Round(r.Share, 4) }));
        }
        catch (DataException e)
        {
            return Results.BadRequest(new { error = e.Message });
        }
    }
);
app.Run();
