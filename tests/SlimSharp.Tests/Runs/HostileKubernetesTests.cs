using k8s;
using k8s.Models;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.HostileText;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Kubernetes jobs of sweeps with names and folders drawn from hostile text.</summary>
public class HostileKubernetesTests
{
    [Fact]
    public void A_kubernetes_job_has_valid_names_and_passes_the_folder_on_as_it_is()
    {
        Gen.Select(Folders, Hostile)
            .Sample(
                (folder, name) =>
                {
                    using var place = new Place();
                    var sweep = SweepFolder.Create(place.At(folder), Named(name));
                    var job = new KubernetesJob
                    {
                        Image = "registry/slim:1",
                        Volume = "claim",
                        Mount = place.Folder,
                    };
                    var read = KubernetesYaml.Deserialize<V1Job>(job.For(sweep), strict: true);
                    var host = $"{read.Metadata.Name}-{read.Spec.Completions - 1}";
                    Assert.Matches(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z", read.Metadata.Name);
                    Assert.InRange(host.Length, 3, 63);
                    var arguments = read.Spec.Template.Spec.Containers.Single().Args;
                    Assert.Equal(sweep.Path, arguments[2].Replace("$$", "$"));
                    Assert.DoesNotMatch(@"(?<!\$)(\$\$)*\$\(", arguments[2]); // no variable is put in
                },
                iter: 100,
                threads: 1
            );
    }

    [Fact]
    public void Settings_of_a_kubernetes_job_that_it_does_not_take_are_refused()
    {
        var sweep = Folder(Simplest);
        var job = new KubernetesJob
        {
            Image = "slim",
            Volume = "claim",
            Mount = Path.GetTempPath(),
        };
        Hostile.Sample(
            text =>
            {
                foreach (
                    var other in new[]
                    {
                        job with
                        {
                            Image = text,
                        },
                        job with
                        {
                            Volume = text,
                        },
                        job with
                        {
                            Memory = text,
                        },
                    }
                )
                {
                    try
                    {
                        KubernetesYaml.Deserialize<V1Job>(other.For(sweep), strict: true);
                        Assert.Matches(@"^[A-Za-z0-9._/:@-]+\z", text);
                    }
                    catch (RunException e)
                    {
                        Assert.DoesNotContain(e.Message, char.IsControl);
                    }
                }
            },
            iter: 300
        );
        foreach (
            var wrong in new[]
            {
                job with
                {
                    Mount = "data",
                },
                job with
                {
                    Parallel = 0,
                },
                job with
                {
                    Cores = 0,
                },
                job with
                {
                    Memory = "",
                },
                job with
                {
                    Volume = new('a', 300),
                },
            }
        )
            Assert.Contains("but must be", Assert.Throws<RunException>(() => wrong.For(sweep)).Message);
    }

    [Fact]
    public void Long_names_leave_room_for_the_index_of_a_pod()
    {
        var sweep = Folder("name = \"" + new string('x', 99) + "\"\n" + Description.Split('\n', 2)[1]);
        var text = new KubernetesJob
        {
            Image = "slim",
            Volume = "claim",
            Mount = Path.GetTempPath(),
        }.For(sweep);
        Assert.Equal(60, KubernetesYaml.Deserialize<V1Job>(text).Metadata.Name.Length); // and "-44"
    }
}
