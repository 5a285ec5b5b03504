using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ncsan.Framework.Subject;

// Streams, pipes, sockets, processes.
public static partial class MoreClean
{
    internal static void Streams()
    {
        string folder = Directory.CreateTempSubdirectory("ncsan-streams-").FullName;
        Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            string path = Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture));
            await using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 4096, useAsync: true))
            {
                await using var zip = new GZipStream(file, CompressionLevel.Fastest);
                await using var writer = new StreamWriter(zip);
                for (int k = 0; k < 200; k++) { await writer.WriteLineAsync($"line {k} of {i}"); }
            }

            using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            Expect((await reader.ReadToEndAsync()).Split('\n').Length == 201);
            Expect((await File.ReadAllBytesAsync(path)).Length > 0);
        })).Wait();
        Directory.Delete(folder, recursive: true);
    }

    internal static void Pipes()
    {
        var pipe = new Pipe();
        var writing = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++) { pipe.Writer.GetSpan(50)[..50].Fill(1); pipe.Writer.Advance(50); await pipe.Writer.FlushAsync(); }
            await pipe.Writer.CompleteAsync();
        });
        long total = Task.Run(async () =>
        {
            long sum = 0;
            while (true)
            {
                var result = await pipe.Reader.ReadAsync();
                foreach (var segment in result.Buffer) { foreach (byte b in segment.Span) { sum += b; } }
                pipe.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) { return sum; }
            }
        }).Result;
        writing.Wait();
        Expect(total == 10_000);
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        var received = Task.Run(() => new StreamReader(client).ReadLine());
        using (var text = new StreamWriter(server, leaveOpen: true)) { text.WriteLine("hello"); }
        Expect(received.Result == "hello");
    }

    internal static void SocketsOnLoopback()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            for (int i = 0; i < 4; i++)
            {
                var accepted = await listener.AcceptTcpClientAsync();
                _ = Task.Run(async () =>
                {
                    using (accepted)
                    {
                        var stream = accepted.GetStream();
                        byte[] buffer = new byte[100];
                        for (int n; (n = await stream.ReadAsync(buffer)) > 0;) { await stream.WriteAsync(buffer.AsMemory(0, n)); }
                    }
                });
            }
        });
        Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port);
            var stream = client.GetStream();
            byte[] buffer = new byte[4];
            for (int k = 0; k < 50; k++)
            {
                await stream.WriteAsync(BitConverter.GetBytes(k * i));
                await stream.ReadExactlyAsync(buffer);
                Expect(BitConverter.ToInt32(buffer) == k * i);
            }
        })).Wait();
        serving.Wait();
    }

    internal static void Http()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        int port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        using var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        listener.Start();
        var serving = Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                var context = await listener.GetContextAsync();
                byte[] answer = Encoding.UTF8.GetBytes("answer to " + context.Request.Url!.Query);
                await context.Response.OutputStream.WriteAsync(answer);
                context.Response.Close();
            }
        });
        using var client = new HttpClient();
        Parallel.ForEachAsync(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, token) =>
            Expect(await client.GetStringAsync($"http://127.0.0.1:{port}/?{i}", token) == $"answer to ?{i}")).Wait();
        serving.Wait();
    }

    internal static void Processes() => Parallel.For(0, 8, i =>
    {
        using var echo = Process.Start(new ProcessStartInfo("/bin/echo", "n" + i) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var lines = new ConcurrentQueue<string?>();
        echo.OutputDataReceived += (_, e) => lines.Enqueue(e.Data);
        echo.BeginOutputReadLine();
        echo.WaitForExit();
        Expect(lines.First() == "n" + i && echo.ExitCode == 0);
    });
}
