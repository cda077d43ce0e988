-- A bicycle workshop: enough to look at, nothing that anybody needs.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    town TEXT NOT NULL
) STRICT;

CREATE TABLE bicycles (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    model TEXT NOT NULL,
    frame_number TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE repairs (
    id INTEGER PRIMARY KEY,
    bicycle_id INTEGER NOT NULL REFERENCES bicycles (id),
    taken_in TEXT NOT NULL,
    work TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0)
) STRICT;

INSERT INTO customers (id, name, town) VALUES
    (1, 'Marta Lindqvist', 'Malmö'),
    (2, 'Jonas Weber', 'Freiburg'),
    (3, 'Amina Diallo', 'Lyon'),
    (4, 'Piet de Vries', 'Utrecht'),
    (5, 'Sofia Costa', 'Porto');

INSERT INTO bicycles (id, customer_id, model, frame_number) VALUES
    (1, 1, 'City seven-speed', 'CS-20418'),
    (2, 2, 'Touring steel', 'TS-00731'),
    (3, 2, 'Cargo long-tail', 'CL-11290'),
    (4, 3, 'Gravel 52', 'GR-52007'),
    (5, 4, 'Dutch roadster', 'DR-98113'),
    (6, 5, 'Folding 20"', 'FO-20655');

INSERT INTO repairs (id, bicycle_id, taken_in, work, price_cents) VALUES
    (1, 5, '2025-02-03', 'Rear light, new wiring', 3450),
    (2, 1, '2025-02-11', 'Brake pads front and rear', 4200),
    (3, 4, '2025-03-06', 'Chain and cassette', 11900),
    (4, 2, '2025-03-19', 'Spoke replaced, wheel trued', 3800),
    (5, 3, '2025-04-01', 'Kick stand spring', 1650),
    (6, 6, '2025-04-14', 'Hinge play removed', 2500),
    (7, 2, '2025-05-22', 'Bottom bracket', 7400),
    (8, 1, '2025-06-30', 'Flat tyre', 1900);
